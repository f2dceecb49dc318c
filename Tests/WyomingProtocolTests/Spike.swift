import NIOCore
import Testing
import Foundation
@testable import WyomingProtocol

@Suite struct Spike {
  @Test(arguments: [10, 400, 600, 30_000, 100_000]) func deep(n: Int) {
    for (a, b) in [("[", "]"), ("{\"a\":", "}")] {
      for close in [true, false] {
      var json = "{\"a\":" + String(repeating: a, count: n) + (a == "[" ? "" : "1")
      if close { json += String(repeating: b, count: n) + "}" }
      var p = EventParser()
      var buffer = ByteBuffer(string: "{\"type\":\"x\",\"data_length\":\(json.utf8.count)}\n" + json)
      let c = ContinuousClock()
      let t = c.measure { do { let e = try p.next(from: &buffer); print(n, a, close, e == nil ? "nil" : "event") } catch { print(n, a, close, "\(error)") } }
      print(t)
    }
    }
  }
  @Test func slow() {
    func time(_ name: String, _ json: String) {
      var p = EventParser()
      var buffer = ByteBuffer(string: "{\"type\":\"x\",\"data_length\":\(json.utf8.count)}\n" + json)
      let c = ContinuousClock()
      let t = c.measure { do { _ = try p.next(from: &buffer) } catch { print("\(error)".prefix(80)) } }
      print("SLOW", name, json.utf8.count, t)
    }
    time("arrays", "{\"a\":[" + Array(repeating: "[]", count: 300_000).joined(separator: ",") + "]}")
    time("objects", "{\"a\":[" + Array(repeating: "{}", count: 300_000).joined(separator: ",") + "]}")
    time("ints", "{\"a\":[" + Array(repeating: "1", count: 500_000).joined(separator: ",") + "]}")
    time("strings", "{\"a\":[" + Array(repeating: "\"\"", count: 300_000).joined(separator: ",") + "]}")
    time("nested objects", "{\"a\":" + String(repeating: "[", count: 400) + Array(repeating: "{}", count: 300_000).joined(separator: ",") + String(repeating: "]", count: 400) + "}")
    time("header-size objects", "{\"a\":" + String(repeating: "[", count: 400) + Array(repeating: "{}", count: 20_000).joined(separator: ",") + String(repeating: "]", count: 400) + "}")
    time("flat keys", "{" + (0..<60_000).map { "\"k\($0)\":\"\"" }.joined(separator: ",") + "}")
    time("one string", "{\"a\":\"" + String(repeating: "a", count: 1_000_000) + "\"}")
  }
}
