import JSON
import NIOCore
import Support
import Testing

@testable import WyomingProtocol

@Suite struct `Input that is not the protocol` {
  @Test(
    arguments: [
      ("GET / HTTP/1.1", ProtocolError.headerNotJSON),
      ("{", .headerNotJSON),
      (#"{"type":"x""#, .headerNotJSON),
      (#"{"type":"x"}}"#, .headerNotJSON),
      (#"{'type':'x'}"#, .headerNotJSON),
      (#"{"type":"x","data_length":1e400}"#, .headerNotJSON),
      ("[]", .headerNotJSON),
      ("null", .headerNotJSON),
      ("17", .headerNotJSON),
      (#""describe""#, .headerNotJSON),
      ("{}", .headerWithoutType),
      (#"{"type":null}"#, .headerWithoutType),
      (#"{"type":NaN}"#, .headerWithoutType),
      (#"{"type":5}"#, .headerWithoutType),
      (#"{"type":["describe"]}"#, .headerWithoutType),
      (#"{"Type":"describe"}"#, .headerWithoutType),
      (#"{"type":"x","data":[]}"#, .notAnObject(key: "data")),
      (#"{"type":"x","data":"{}"}"#, .notAnObject(key: "data")),
      (#"{"type":"x","data":false}"#, .notAnObject(key: "data")),
      (#"{"type":"x","data":[NaN]}"#, .notAnObject(key: "data")),
    ] as [(String, ProtocolError)])
  func `an event's header that is invalid or has no type is refused`(header: String, error: ProtocolError) {
    #expect(throws: error) { try EventParser.events(in: header + "\n") }
  }

  @Test(
    arguments: [
      ("-1", "-1"), ("1048577", "1048577"), ("9223372036854775807", "9223372036854775807"),
      ("9223372036854775808", "9.223372036854776e+18"), ("-9223372036854775809", "-9.223372036854776e+18"),
      ("18446744073709551616", "1.8446744073709552e+19"), ("1e300", "1e+300"), ("-1e300", "-1e+300"),
      ("0.5", "0.5"), ("1e-300", "1e-300"), ("\"100\"", "\"100\""), ("true", "true"), ("[]", "[]"),
      (#"{"a":1}"#, #"{"a":1}"#),
    ])
  func `an impossible length in an event's header is refused with its value`(json: String, shown: String) {
    let limit = 1_048_576
    let dataLength = ProtocolError.length(key: "data_length", value: shown, limit: limit)
    #expect(throws: dataLength) { try EventParser.events(in: #"{"type":"x","data_length":\#(json)}"# + "\n") }
    let payloadLength = ProtocolError.length(key: "payload_length", value: shown, limit: limit)
    #expect(throws: payloadLength) {
      let header = #"{"type":"x","payload_length":\#(json)}"# + "\n"
      return try EventParser.events(in: header, limits: EventLimits(payload: limit))
    }
    #expect(dataLength.description == "data_length is \(shown), expected 0 to 1048576")
  }

  @Test(
    arguments: [
      (.headerTooLong(limit: 9), "max-header-bytes"),
      (.length(key: "data_length", value: "10", limit: 9), "max-data-bytes"),
      (.length(key: "payload_length", value: "10", limit: 9), "max-payload-bytes"),
      (.length(key: "payload_length", value: "1e+300", limit: 9), "max-payload-bytes"),
      (.length(key: "payload_length", value: "-1", limit: 9), nil),
      (.length(key: "payload_length", value: "0.5", limit: 9), nil),
      (.length(key: "payload_length", value: "\"10\"", limit: 9), nil),
      (.headerNotJSON, nil),
    ] as [(ProtocolError, String?)])
  func `an error about a too long part of an event names the setting of the limit`(
    error: ProtocolError, setting: String?
  ) {
    #expect(error.setting == setting)
  }

  @Test func `a length of any number of digits is shortened in the error`() throws {
    let text = String(repeating: "9", count: 60_000)
    let error = #expect(throws: ProtocolError.self) {
      try EventParser.events(in: #"{"type":"x","data_length":"\#(text)"}"# + "\n")
    }
    #expect(try #require(error).description.count < 200)
  }

  @Test func `lengths up to the limits are accepted, longer ones refused by the header alone`() throws {
    let limits = EventLimits(data: 8, payload: 4)
    let events = try EventParser.events(
      in: #"{"type":"x","data_length":8,"payload_length":4}"# + "\n{\"a\": 1}abcd", limits: limits)
    #expect(events.first?.data == ["a": .integer(1)])
    #expect(events.first?.payload == ByteBuffer(string: "abcd"))
    for header in [#"{"type":"x","data_length":9}"#, #"{"type":"x","payload_length":5}"#] {
      // Refused by the header alone: no byte of the body has arrived.
      #expect(throws: ProtocolError.self) { try EventParser.events(in: header + "\n", limits: limits) }
    }
  }

  @Test func `data and payload at both limits do not overflow`() {
    #expect(throws: Never.self) {
      try EventParser.events(
        in: #"{"type":"x","data_length":1048576,"payload_length":4194304}"# + "\n")
    }
  }

  @Test(arguments: [true, false])
  func `a too long event header is refused with or without its newline`(newline: Bool) {
    let limits = EventLimits(header: 100)
    let header = #"{"type":"x","data":{"a":""#
    func line(_ length: Int) -> String {
      header + String(repeating: "a", count: length - header.utf8.count - 3) + "\"}}" + (newline ? "\n" : "")
    }
    #expect(throws: Never.self) { try EventParser.events(in: line(100), limits: limits) }
    #expect(throws: ProtocolError.headerTooLong(limit: 100)) {
      try EventParser.events(in: line(101), limits: limits)
    }
    #expect(throws: ProtocolError.headerTooLong(limit: 100)) {
      try EventParser.events(in: line(101).utf8.map { [$0] }, limits: limits)
    }
  }

  @Test func `an endless line of spaces is refused`() {
    let limits = EventLimits(header: 100)
    #expect(throws: ProtocolError.headerTooLong(limit: 100)) {
      try EventParser.events(in: String(repeating: " ", count: 101), limits: limits)
    }
  }

  @Test func `an event header of the maximum length is accepted`() throws {
    let start = #"{"type":"x","data":{"a":""#
    let text = String(repeating: "a", count: 64 * 1024 - start.utf8.count - 3)
    let events = try EventParser.events(in: "\(start)\(text)\"}}\n")
    #expect(events.first?.data["a"] == .string(text))
  }

  @Test(
    arguments: [
      "[]", "null", "1", "\"{}\"", "{", "{}x", "{}{}", "    ", "{\"a\":1,}", "{\"a\"}", "{\"a\":\u{1}}",
      "{1:2}",
    ])
  func `separate data that is not an object is refused`(data: String) {
    let text = #"{"type":"x","data_length":\#(data.utf8.count)}"# + "\n" + data
    #expect(throws: ProtocolError.dataNotJSON) { try EventParser.events(in: text) }
  }

  @Test(
    arguments: [
      [0xFF], [0xC3], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0x80],
      [0xE2, 0x82],
    ] as [[UInt8]])
  func `an event with bytes that are not UTF-8 is refused, in keys and values, header and data`(
    wrong: [UInt8]
  ) {
    func around(_ before: String, _ after: String) -> [[UInt8]] {
      [Array(before.utf8) + wrong + Array(after.utf8)]
    }
    #expect(throws: ProtocolError.headerNotJSON) {
      try EventParser.events(in: around(#"{"type":""#, "\"}\n"))
    }
    #expect(throws: ProtocolError.headerNotJSON) {
      try EventParser.events(in: around(#"{"type":"x",""#, "\":1}\n"))
    }
    #expect(throws: ProtocolError.headerNotJSON) { try EventParser.events(in: around("", "\n")) }
    #expect(throws: ProtocolError.dataNotJSON) {
      let header = #"{"type":"x","data_length":\#(8 + wrong.count)}"# + "\n"
      return try EventParser.events(in: around(header + #"{"a":""#, "\"}"))
    }
  }

  /// Foundation's decoder traps where 513 open brackets end the text.
  @Test(arguments: [1, 60, 63, 64, 65, 511, 512, 513, 514, 10_000, 30_000], ["[", "{\"a\":"])
  func `nested brackets of any depth are an event or an error, never a trap`(depth: Int, open: String) {
    let close = open == "[" ? "]" : "}"
    let opened = String(repeating: open, count: depth)
    let closed = opened + (open == "[" ? "" : "1") + String(repeating: close, count: depth)
    func failure(_ text: String) -> ProtocolError? {
      do throws(ProtocolError) {
        _ = try EventParser.events(in: text, limits: EventLimits(header: 1_000_000))
        return nil
      } catch {
        return error
      }
    }
    #expect(failure(opened + "\n") == .headerNotJSON)
    for value in [opened, closed] {
      // Sixty-four levels are accepted, including the object around the value.
      let isTaken = value == closed && depth < 64
      #expect(failure(#"{"type":"x","unknown":\#(value)}"# + "\n") == (isTaken ? nil : .headerNotJSON))
      let data = #"{"a":\#(value)}"#
      let header = #"{"type":"x","data_length":\#(data.utf8.count)}"#
      #expect(failure("\(header)\n\(data)") == (isTaken ? nil : .dataNotJSON))
    }
  }

  @Test func `a hundred thousand nested brackets within the limits are an error`() {
    let data =
      "{\"a\":" + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000) + "}"
    #expect(throws: ProtocolError.dataNotJSON) {
      try EventParser.events(in: #"{"type":"x","data_length":\#(data.utf8.count)}"# + "\n" + data)
    }
  }

  @Test func `random bytes are an error or an incomplete event, never a trap`() {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<2_000 {
      let count = Int.random(in: 0..<200, using: &random)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = try? EventParser.events(in: [bytes, [0x0A]])
    }
  }

  @Test func `an event with a few changed bytes is an event or an error, never a trap`() throws {
    let event = Event(
      type: "audio-chunk",
      data: [
        "rate": .integer(16_000), "text": .string("\"\\é\n\u{1F99C}"),
        "a": .array([.null, .number(-1.5e-3)]),
      ],
      payload: ByteBuffer(string: "payload"))
    let good = Array(event.encoded().readableBytesView)
    var random = SeededGenerator(seed: 3)
    let alphabet = Array("{}[]\",:\\u0123456789.eE+-truefalsn \r\n\u{E9}".utf8) + [0, 0xFF]
    for _ in 0..<5_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = alphabet.randomElement(using: &random) ?? 0
        case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: index)
        default: bytes.remove(at: index)
        }
      }
      _ = try? EventParser.events(in: [bytes])
    }
  }

  @Test(
    arguments: [
      (ProtocolError.headerTooLong(limit: 65_536), "the header line is longer than 65536 bytes"),
      (.headerNotJSON, "the header line is not a JSON object"),
      (.headerWithoutType, "the header has no type"),
      (.dataNotJSON, "the data is not a JSON object"),
      (.notAnObject(key: "data"), "data is not a JSON object"),
      (.value(event: "audio-chunk", "rate is not a whole number"), "audio-chunk: rate is not a whole number"),
    ] as [(ProtocolError, String)])
  func `each protocol error has a text that says what is wrong`(error: ProtocolError, text: String) {
    #expect(error.description == text)
    #expect(error.code == "protocol-error")
  }
}
