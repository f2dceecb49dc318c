import JSON
import NIOCore
import Testing

@testable import WyomingProtocol

@Suite struct `An encoded event` {
  @Test(
    arguments: [
      Event(type: "describe"),
      Event(type: "größe \"\n\\ 🦜"),
      Event(type: "pong", data: ["text": .string("")]),
      Event(
        type: "x",
        data: ["null": .null, "list": .array([.integer(1), .number(0.5), .bool(true), .object([:])])]),
      Event(type: "audio-chunk", payload: ByteBuffer(bytes: [0, 10, 13, 123, 255])),
      Event(
        type: "audio-chunk", data: ["rate": .integer(16_000)],
        payload: ByteBuffer(repeating: 10, count: 70_000)),
      Event(type: "transcript", data: ["text": .string("¿Qué tal? \"Bien\"\n")]),
      Event.error("data_length is \"x\"", code: "protocol-error"),
      Event.info([]),
    ])
  func `an event is unchanged after encoding and parsing`(event: Event) throws {
    var bytes = event.encoded()
    var parser = EventParser()
    #expect(try parser.next(from: &bytes) == event)
    #expect(bytes.readableBytes == 0)
  }

  @Test func `encoded events can follow each other without a separator`() throws {
    let events = [
      Event.pong("a"), Event(type: "x", payload: ByteBuffer(string: "\n")),
      .pong("b"),
    ]
    #expect(try EventParser.events(in: events.map { $0.encoded().readableBytesView }) == events)
  }

  @Test func `an encoded event has its data outside of the header, whose length is limited`() throws {
    let event = Event(type: "info", data: ["text": .string(String(repeating: "a", count: 100_000))])
    let header = try #require(event.encoded().readableBytesView.split(separator: 0x0A).first)
    #expect(String(decoding: header, as: UTF8.self) == #"{"data_length":100011,"type":"info"}"#)
  }

  @Test func `an event without data and payload is encoded without lengths`() {
    #expect(Event(type: "describe").encoded() == ByteBuffer(string: #"{"type":"describe"}"# + "\n"))
  }

  @Test func `a transcript and its start event name the language if it is known`() {
    #expect(Event.transcriptStart(language: "en").data == ["language": .string("en")])
    #expect(Event.transcriptStart(language: nil) == Event(type: "transcript-start"))
    #expect(Event.transcriptChunk("Hello.").data == ["text": .string("Hello.")])
    #expect(
      Event.transcript("Hello.", language: "en").data == [
        "text": .string("Hello."), "language": .string("en"),
      ])
    #expect(Event.transcript("", language: nil).data == ["text": .string("")])
  }

  @Test func `a pong has the text of its ping`() {
    #expect(Event.pong("a") == Event(type: "pong", data: ["text": .string("a")]))
    #expect(Event.pong(nil) == Event(type: "pong"))
  }

  @Test func `an error event has a text and a code`() {
    #expect(
      Event.error("no", code: "protocol-error")
        == Event(type: "error", data: ["text": .string("no"), "code": .string("protocol-error")]))
  }
}

@Suite struct `The info event` {
  private static let artifact = Artifact(
    name: "lorikeet", description: "Speech to text", version: "1", attribution: (name: "A", url: "https://a"))
  private static let info = Event.info([
    SpeechProgram(
      artifact,
      models: [
        SpeechProgram.Model(artifact, languages: ["en", "es"]), SpeechProgram.Model(artifact, languages: []),
      ])
  ])

  private func object(_ value: JSONValue?) throws -> [String: JSONValue] {
    guard case .object(let fields) = value else {
      Issue.record("\(value.map { "\($0)" } ?? "nothing") is no object")
      return [:]
    }
    return fields
  }

  private func array(_ value: JSONValue?) throws -> [JSONValue] {
    guard case .array(let items) = value else {
      Issue.record("\(value.map { "\($0)" } ?? "nothing") is no array")
      return []
    }
    return items
  }

  @Test(arguments: ["tts", "handle", "intent", "wake", "mic", "snd"])
  func `the info event lists no other services`(key: String) {
    #expect(Self.info.data[key] == .array([]))
  }

  @Test func `programs and models in the info event have all required keys, none of them null`() throws {
    let program = try object(try array(Self.info.data["asr"]).first)
    let models = try array(program["models"]).map(object)
    #expect(models.count == 2)
    for fields in [program] + models {
      for key in ["name", "description", "version"] {
        #expect(fields[key]?.string?.isEmpty == false, "\(key)")
      }
      #expect(fields["installed"] == .bool(true))
      #expect(fields["attribution"] == .object(["name": .string("A"), "url": .string("https://a")]))
      #expect(!fields.values.contains(.null))
    }
    #expect(models[0]["languages"] == .array([.string("en"), .string("es")]))
    #expect(models[1]["languages"] == .array([]))
  }

  @Test(
    arguments: [
      ("supports_transcript_streaming", true), ("requires_external_vad", true),
      ("prefers_auto_gain_enabled", false), ("prefers_noise_reduction_enabled", false),
    ])
  func `the info event's flags tell the client to stream, to detect voice and to leave audio as it is`(
    key: String, value: Bool
  ) throws {
    let program = try object(try array(Self.info.data["asr"]).first)
    #expect(program[key] == .bool(value))
  }

  @Test func `a program that ends utterances requires no detector of the client`() throws {
    var program = SpeechProgram(Self.artifact, models: [])
    program.endsUtterances = true
    let fields = try object(try array(Event.info([program]).data["asr"]).first)
    #expect(fields["requires_external_vad"] == .bool(false))
  }

  @Test func `artifacts of the info event are equal if all their properties are`() {
    var other = Self.artifact
    #expect(other == Self.artifact)
    other.attribution.url = "https://b"
    #expect(other != Self.artifact)
  }
}
