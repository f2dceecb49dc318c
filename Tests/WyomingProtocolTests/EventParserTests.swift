import JSON
import NIOCore
import Support
import Testing

@testable import WyomingProtocol

@Suite struct `An event parser` {
  /// A client's events, one after the other: both places of data, blank lines, a payload with newlines in it.
  private static let conversation = """
    { "type": "describe" }\r

    {"type":"transcribe","data":{"language":"en","name":"inline"},"data_length":\(separate.utf8.count)}
    \(separate){"type":"audio-chunk","version":"1","data_length":\(format.utf8.count),"payload_length":9}
    \(format)a\n{}\n\r\n\n\0
     \t
    {"type":"audio-stop","data":{"timestamp":null}}

    """
  private static let separate = #"{"name":"separate"}"#
  private static let format = #"{"rate":16000,"width":2,"channels":1}"#

  private static let events = [
    Event(type: "describe"),
    Event(type: "transcribe", data: ["language": .string("en"), "name": .string("separate")]),
    Event(
      type: "audio-chunk", data: ["rate": .integer(16_000), "width": .integer(2), "channels": .integer(1)],
      payload: ByteBuffer(string: "a\n{}\n\r\n\n\0")),
    Event(type: "audio-stop", data: ["timestamp": .null]),
  ]

  @Test func `a stream of events is parsed event by event`() throws {
    #expect(try EventParser.events(in: Self.conversation) == Self.events)
  }

  @Test func `a stream cut in two at any byte gives the same events`() throws {
    let bytes = Array(Self.conversation.utf8)
    for cut in bytes.indices {
      #expect(try EventParser.events(in: [bytes[..<cut], bytes[cut...]]) == Self.events, "cut at \(cut)")
    }
  }

  @Test(arguments: [1, 2, 3, 7, 64])
  func `a stream in pieces of any one size gives the same events`(size: Int) throws {
    let bytes = Array(Self.conversation.utf8)
    let pieces = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
    #expect(try EventParser.events(in: pieces) == Self.events)
  }

  @Test func `a stream in pieces of random sizes gives the same events`() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<200 {
      var rest = Array(Self.conversation.utf8)[...]
      var pieces: [ArraySlice<UInt8>] = []
      while !rest.isEmpty {
        let size = Int.random(in: 0...rest.count, using: &random)
        pieces.append(rest.prefix(size))
        rest = rest.dropFirst(size)
      }
      #expect(try EventParser.events(in: pieces) == Self.events)
    }
  }

  @Test func `an incomplete event stays in the buffer until its last byte arrives`() throws {
    var parser = EventParser()
    var buffer = ByteBuffer(string: #"{"type":"audio-chunk","payload_length":3}"# + "\nab")
    #expect(try parser.next(from: &buffer) == nil)
    buffer.writeString("c")
    #expect(try parser.next(from: &buffer)?.payload == ByteBuffer(string: "abc"))
    #expect(buffer.readableBytes == 0)
    #expect(try parser.next(from: &buffer) == nil)
  }

  @Test func `an event is parsed after the buffer has discarded read bytes`() throws {
    var parser = EventParser()
    var buffer = ByteBuffer(string: #"{"type":"a"}"# + "\n" + #"{"type":"#)
    #expect(try parser.next(from: &buffer)?.type == "a")
    #expect(try parser.next(from: &buffer) == nil)
    buffer.discardReadBytes()
    buffer.writeString("\"b\"}\n")
    #expect(try parser.next(from: &buffer)?.type == "b")
  }

  @Test(
    arguments: [
      (#""data":{"a":1}"#, "", ["a": 1]),
      ("", #"{"a":1}"#, ["a": 1]),
      (#""data":{"a":1,"b":2}"#, #"{"b":3,"c":4}"#, ["a": 1, "b": 3, "c": 4]),
      (#""data":{"a":1}"#, "{}", ["a": 1]),
      (#""data":null"#, #"{"a":1}"#, ["a": 1]),
      (#""data":null"#, "", [:]),
      (#""data":{}"#, "", [:]),
      ("", " {\n\"a\" : 1 }\r\n", ["a": 1]),
    ] as [(String, String, [String: Int])])
  func `an event's data can be inline, separate or both, and separate data takes precedence`(
    inline: String, separate: String, data: [String: Int]
  ) throws {
    let extra = inline.isEmpty ? "" : ",\(inline)"
    let header = #"{"type":"x","data_length":\#(separate.utf8.count)\#(extra)}"#
    let events = try EventParser.events(in: "\(header)\n\(separate)")
    #expect(events == [Event(type: "x", data: data.mapValues(JSONValue.integer))])
  }

  @Test func `separate data of an event replaces the whole value of an inline key`() throws {
    let header = #"{"type":"x","data":{"a":{"b":1}},"data_length":13}"#
    let events = try EventParser.events(in: header + "\n" + #"{"a":{"c":2}}"#)
    #expect(events.first?.data == ["a": .object(["c": .integer(2)])])
  }

  @Test(
    arguments: [
      #"{"type":"x","data_length":null,"payload_length":null}"#,
      #"{"type":"x","data":null,"payload_length":0,"data_length":0}"#,
      #"{"type":"x","data_length":0.0,"payload_length":-0}"#,
      #"{"version":"9.9.9","type":"x","unknown":[{"a":[]},null,true],"payload":"no"}"#,
      #"  {"type":"x"}  "#,
      #"{"type":"y","type":"x"}"#,
      #"{"\u0074ype":"\u0078"}"#,
    ])
  func `an event's header with nulls and unknown keys is accepted`(header: String) throws {
    #expect(try EventParser.events(in: header + "\n") == [Event(type: "x")])
  }

  @Test(arguments: ["\n", "\r\n", " \n\t\n  \r\n", String(repeating: "\n", count: 10_000)])
  func `blank lines between events are ignored`(blank: String) throws {
    let text = blank + #"{"type":"a"}"# + "\n" + blank + #"{"type":"b"}"# + "\n" + blank
    #expect(try EventParser.events(in: text).map(\.type) == ["a", "b"])
    let bytes = text.utf8.map { [$0] }
    #expect(try EventParser.events(in: bytes).map(\.type) == ["a", "b"])
  }

  @Test func `a length in an event's header can be a whole number with a decimal point`() throws {
    let events = try EventParser.events(
      in: #"{"type":"x","payload_length":3e0,"data_length":2.0}"# + "\n{}abc")
    #expect(events.first?.payload == ByteBuffer(string: "abc"))
  }

  @Test func `an event keeps its type, even an empty one`() throws {
    let text = #"{"type":""}"# + "\n" + #"{"type":"größe 🦜"}"# + "\n"
    #expect(try EventParser.events(in: text).map(\.type) == ["", "größe 🦜"])
  }

  // These tests check work, not time: bytes that were searched once are consumed or counted.

  @Test func `an event's header that arrives byte by byte is searched only once`() throws {
    var parser = EventParser()
    var buffer = ByteBuffer()
    for count in 1...60_000 {
      buffer.writeInteger(UInt8(ascii: " "))
      #expect(try parser.next(from: &buffer) == nil)
      guard parser.searched == count else {
        Issue.record("\(count) bytes arrived, \(parser.searched) are counted as searched")
        return
      }
    }
    buffer.writeString("{\"type\":\"x\"}\n")
    #expect(try parser.next(from: &buffer)?.type == "x")
    #expect(parser.searched == 0)
  }

  @Test func `the header of a payload that arrives byte by byte is parsed only once`() throws {
    var parser = EventParser()
    let header = #"{"type":"audio-chunk","data_length":2,"payload_length":100000}"# + "\n"
    var buffer = ByteBuffer(string: header + "{}")
    for _ in 0..<100_000 {
      #expect(try parser.next(from: &buffer) == nil)
      // The header is gone from the buffer, so it cannot be parsed again; nothing searches the payload.
      guard buffer.readerIndex == header.utf8.count, parser.searched == 0 else {
        Issue.record("the reader stands at \(buffer.readerIndex)")
        return
      }
      buffer.writeInteger(UInt8(ascii: "\n"))
    }
    let event = try #require(try parser.next(from: &buffer))
    #expect(event.payload.readableBytes == 100_000)
  }

  @Test func `an event's payload is not copied`() throws {
    var parser = EventParser()
    var buffer = ByteBuffer(string: #"{"type":"x","payload_length":4096}"# + "\n")
    buffer.writeRepeatingByte(7, count: 4096)
    let end = buffer.withUnsafeReadableBytes { $0.baseAddress.map { $0 + buffer.readableBytes } }
    let event = try #require(try parser.next(from: &buffer))
    #expect(event.payload.withUnsafeReadableBytes { $0.baseAddress.map { $0 + 4096 } } == end)
  }
}
