import JSON
import NIOCore
import Testing

@testable import WyomingProtocol

@Suite struct `A payload longer than a piece` {
  private static let limits = EventLimits(piece: 4)
  private static let data = #"{"rate":8000}"#
  private static let ping = #"{"type":"ping"}"# + "\n"

  private static func stream(_ type: String, payload: String) -> [UInt8] {
    let lengths = #""data_length":\#(data.utf8.count),"payload_length":\#(payload.utf8.count)"#
    return Array("{\"type\":\"\(type)\",\(lengths)}\n\(data)\(payload)\(ping)".utf8)
  }

  private static func pieces(_ payloads: [String], type: String = "audio-chunk") -> [Event] {
    payloads.map { Event(type: type, data: ["rate": .integer(8000)], payload: ByteBuffer(string: $0)) }
      + [Event(type: "ping")]
  }

  @Test(
    arguments: [
      ("", [""]), ("abcd", ["abcd"]), ("abcde", ["abcd", "e"]), ("abcdefgh", ["abcd", "efgh"]),
      ("\n{}\nabc\n\n", ["\n{}\n", "abc\n", "\n"]),
    ])
  func `an audio chunk longer than a piece is parsed as several, each with the format`(
    payload: String, pieces: [String]
  ) throws {
    let bytes = Self.stream("audio-chunk", payload: payload)
    #expect(try EventParser.events(in: [bytes], limits: Self.limits) == Self.pieces(pieces))
    // The pieces do not depend on how the bytes arrive.
    for cut in bytes.indices {
      let events = try EventParser.events(in: [bytes[..<cut], bytes[cut...]], limits: Self.limits)
      #expect(events == Self.pieces(pieces), "cut at \(cut)")
    }
  }

  @Test(arguments: ["abcd", "abcde", "abcdefghij\n{}\n"])
  func `another event's payload beyond the first piece is ignored`(payload: String) throws {
    let bytes = Self.stream("describe", payload: payload)
    let expected = Self.pieces(["abcd"], type: "describe")
    for cut in bytes.indices {
      let events = try EventParser.events(in: [bytes[..<cut], bytes[cut...]], limits: Self.limits)
      #expect(events == expected, "cut at \(cut)")
    }
  }

  @Test func `a payload of the maximum length is never in the buffer as a whole`() throws {
    var parser = EventParser()
    let length = EventLimits().payload
    var buffer = ByteBuffer(string: #"{"type":"audio-chunk","payload_length":\#(length)}"# + "\n")
    var (sent, taken) = (0, 0)
    while taken < length {
      let next = min(60_000, length - sent)
      buffer.writeRepeatingByte(0, count: next)
      sent += next
      while let event = try parser.next(from: &buffer) { taken += event.payload.readableBytes }
      guard buffer.readableBytes < EventLimits().piece else {
        Issue.record("\(buffer.readableBytes) bytes are waiting")
        return
      }
      buffer.discardReadBytes()
    }
    #expect(taken == length)
  }

  @Test(arguments: [(1, 4_194_304), (300, 115_200_000), (86_400, 33_177_600_000)])
  func `the default payload limit fits the longest utterance`(seconds: Int, bytes: Int) {
    #expect(EventLimits.payload(ofSeconds: seconds) == bytes)
    #expect(EventLimits.payload(ofSeconds: .max) > 0)
  }
}
