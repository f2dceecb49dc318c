import JSON
import NIOCore
import Testing

@testable import WyomingProtocol

@Suite struct `A session` {
  private typealias Action = Session.Action

  // The client's events.
  private static let sound = ByteBuffer(string: "sound")
  private static let start = Event(
    type: "audio-start", data: ["rate": .integer(44_100), "width": .integer(4), "channels": .integer(2)])
  private static let chunk = Event(type: "audio-chunk", payload: sound)
  private static let stop = Event(type: "audio-stop")
  private static let transcribe = Event(
    type: "transcribe", data: ["language": .string("es"), "name": .string("tiny")])

  // The expected actions.
  private static let startFormat = Session.AudioFormat(rate: 44_100, width: 4, channels: 2)
  private static let spanish = Session.Request(model: "tiny", language: "es")
  private static let append = Action.append(sound, Session.AudioFormat())
  private static let appendAsStarted = Action.append(sound, startFormat)
  private static let finish = Action.finishUtterance(Session.Request())
  private static let finishSpanish = Action.finishUtterance(spanish)

  private func actions(_ events: [Event]) throws -> [Action] {
    var session = Session()
    return try events.flatMap { try session.receive($0) }
  }

  @Test func `names and terms hold for one utterance`() throws {
    let named = Event(
      type: "transcribe",
      data: [
        "transcript_names": .array([.string("Ecobee"), .integer(3), .null, .string("Plantuary")]),
        "transcript_terms": .array([.string("thermostat")]),
      ])
    let request = Session.Request(names: ["Ecobee", "Plantuary"], terms: ["thermostat"])
    #expect(
      try actions([named, Self.start, Self.stop, Self.start, Self.stop]) == [
        .beginUtterance, .finishUtterance(request), .beginUtterance, Self.finish,
      ])
  }

  @Test(arguments: [JSONValue.null, .string("Ecobee"), .integer(1), .object([:]), .array([])])
  func `names that are no array of texts cost no transcript`(value: JSONValue) throws {
    let odd = Event(type: "transcribe", data: ["transcript_names": value, "transcript_terms": value])
    #expect(try actions([odd, Self.start, Self.stop]) == [.beginUtterance, Self.finish])
  }

  @Test(
    arguments: [
      // Home Assistant's order.
      (
        [transcribe, start, chunk, chunk, stop],
        [.beginUtterance, appendAsStarted, appendAsStarted, finishSpanish]
      ),
      (
        [start, transcribe, chunk, stop],
        [.beginUtterance, .changeRequest(spanish), appendAsStarted, finishSpanish]
      ),
      (
        [start, chunk, transcribe, chunk, stop],
        [.beginUtterance, appendAsStarted, .changeRequest(spanish), appendAsStarted, finishSpanish]
      ),
      ([start, chunk, stop], [.beginUtterance, appendAsStarted, finish]),
      ([transcribe, chunk, chunk, stop], [.beginUtterance, append, append, finishSpanish]),
      ([chunk, stop], [.beginUtterance, append, finish]),
      ([transcribe, start, stop], [.beginUtterance, finishSpanish]),
      ([transcribe, stop], [.beginUtterance, finishSpanish]),
      ([stop], [.beginUtterance, finish]),
      ([stop, stop], [.beginUtterance, finish, .beginUtterance, finish]),
      ([transcribe], []),
      ([], []),
    ] as [([Event], [Session.Action])])
  func `a session accepts an utterance's events in any order, with any of them missing`(
    events: [Event], actions: [Session.Action]
  ) throws {
    #expect(try self.actions(events) == actions)
  }

  @Test func `a session accepts several utterances, each with its own request and format`() throws {
    let events = [
      Self.transcribe, Self.start, Self.chunk, Self.stop, Self.chunk, Self.stop, Self.start, Self.stop,
      Self.transcribe, Self.stop,
    ]
    let expected: [Action] = [
      .beginUtterance, Self.appendAsStarted, Self.finishSpanish, .beginUtterance, Self.append, Self.finish,
      .beginUtterance, Self.finish, .beginUtterance, Self.finishSpanish,
    ]
    #expect(try actions(events) == expected)
  }

  @Test func `a session drops an unfinished utterance when another starts, and keeps the request`() throws {
    let expected: [Action] = [
      .beginUtterance, Self.appendAsStarted, .beginUtterance, Self.appendAsStarted, Self.finishSpanish,
    ]
    let events = [Self.transcribe, Self.start, Self.chunk, Self.start, Self.chunk, Self.stop]
    #expect(try actions(events) == expected)
  }

  @Test func `a session forgets the format of an unfinished utterance`() throws {
    let events = [Self.start, Self.chunk, Event(type: "audio-start"), Self.chunk]
    #expect(try actions(events).last == Self.append)
  }

  @Test func `a session uses only the last transcribe event before an utterance ends`() throws {
    let events = [Self.transcribe, Event(type: "transcribe", data: ["language": .string("en")]), Self.stop]
    #expect(try actions(events).last == .finishUtterance(Session.Request(language: "en")))
  }

  @Test func `a session keeps a selected program for all utterances`() throws {
    let select = Event(type: "select-program", data: ["name": .string("tiny")])
    let unselect = Event(type: "select-program", data: ["name": .null])
    let expected: [Action] = [
      .beginUtterance, .finishUtterance(Session.Request(program: "tiny")),
      .beginUtterance, .finishUtterance(Session.Request(program: "tiny", model: "tiny", language: "es")),
      .beginUtterance, Self.finish,
    ]
    #expect(try actions([select, Self.stop, Self.transcribe, Self.stop, unselect, Self.stop]) == expected)
  }

  @Test func `a session is listening from the first audio to the end of an utterance`() throws {
    var session = Session()
    #expect(!session.isListening)
    for (event, listens) in [
      (Self.transcribe, false), (Self.start, true), (Self.chunk, true), (Self.stop, false),
      (Self.chunk, true),
    ] {
      _ = try session.receive(event)
      #expect(session.isListening == listens, "after \(event.type)")
    }
  }

  @Test func `an audio chunk's own format is valid for this chunk only`() throws {
    let own = Event(
      type: "audio-chunk", data: ["rate": .integer(8000), "channels": .null], payload: Self.sound)
    let expected: [Action] = [
      .beginUtterance, .append(Self.sound, Session.AudioFormat(rate: 8000, width: 4, channels: 2)),
      Self.appendAsStarted,
    ]
    #expect(try actions([Self.start, own, Self.chunk]) == expected)
  }

  @Test func `an empty audio chunk begins an utterance`() throws {
    let expected: [Action] = [.beginUtterance, .append(ByteBuffer(), Session.AudioFormat())]
    #expect(try actions([Event(type: "audio-chunk")]) == expected)
  }

  @Test(arguments: ["rate", "width", "channels", "timestamp"])
  func `a null value in an audio event counts as missing`(key: String) throws {
    let start = Event(type: "audio-start", data: [key: .null])
    let chunk = Event(type: "audio-chunk", data: [key: .null], payload: Self.sound)
    let stop = Event(type: "audio-stop", data: [key: .null])
    #expect(try actions([start, chunk, stop]) == [.beginUtterance, Self.append, Self.finish])
  }

  @Test(
    arguments: [
      ["name": .null, "language": .null, "context": .null],
      ["name": .integer(1), "language": .array([])],
      [
        "transcript_names": .array([]), "vad_sensitivity": .integer(1), "context": .object(["a": .null]),
      ],
    ] as [[String: JSONValue]])
  func `a transcribe event with unknown or invalid values is ignored`(data: [String: JSONValue]) throws {
    let events = [Event(type: "transcribe", data: data), Self.stop]
    #expect(try actions(events) == [.beginUtterance, Self.finish])
  }

  @Test(
    arguments: ["audio-start", "audio-chunk"],
    [
      (.string("16000"), "\"16000\""), (.bool(true), "true"), (.number(0.5), "0.5"),
      (.number(1e300), "1e+300"),
      (.number(0x1p63), "9.223372036854776e+18"), (.array([.integer(1)]), "[1]"), (.object([:]), "{}"),
      (.integer(0), "0"), (.integer(-1), "-1"), (.integer(384_001), "384001"),
      (.integer(.max), "9223372036854775807"), (.integer(.min), "-9223372036854775808"),
    ] as [(JSONValue, String)])
  func `an invalid audio format is refused with the value`(
    type: String, format: (value: JSONValue, shown: String)
  ) {
    for (key, limit) in [("rate", 384_000), ("width", 4), ("channels", 64)] {
      let error = ProtocolError.value(event: type, "\(key) is \(format.shown), expected 1 to \(limit)")
      #expect(throws: error) { try actions([Event(type: type, data: [key: format.value])]) }
    }
  }

  @Test func `an invalid value of any length is shortened in the session's error`() throws {
    let value = JSONValue.string(String(repeating: "a", count: 100_000))
    let error = #expect(throws: ProtocolError.self) {
      try actions([Event(type: "audio-start", data: ["rate": value])])
    }
    #expect(try #require(error).description.count < 200)
  }

  @Test(arguments: [("rate", 384_000), ("width", 4), ("channels", 64)])
  func `an audio format at its limits is accepted, beyond them refused`(key: String, limit: Int) throws {
    #expect(throws: Never.self) { try actions([Event(type: "audio-start", data: [key: .integer(limit)])]) }
    #expect(throws: ProtocolError.self) {
      try actions([Event(type: "audio-start", data: [key: .integer(limit + 1)])])
    }
  }

  @Test func `an audio format can have whole numbers with a decimal point`() throws {
    let start = Event(type: "audio-start", data: ["rate": .number(8000), "width": .number(1)])
    let expected = Action.append(Self.sound, Session.AudioFormat(rate: 8000, width: 1, channels: 1))
    #expect(try actions([start, Self.chunk]).last == expected)
  }

  @Test(
    arguments: [
      (Event(type: "describe"), .describe),
      (Event(type: "lorikeet-status"), .status),
      (Event(type: "lorikeet-status", data: ["devices": .array([])]), .status),
      (Event(type: "ping"), .send(.pong(nil))),
      (Event(type: "ping", data: ["text": .string("a")]), .send(.pong("a"))),
      (Event(type: "ping", data: ["text": .null]), .send(.pong(nil))),
      (Event(type: "ping", data: ["text": .integer(1)]), .send(.pong(nil))),
    ] as [(Event, Session.Action)])
  func `describe, status and ping are answered at any time without affecting the utterance`(
    event: Event, answer: Session.Action
  )
    throws
  {
    #expect(try actions([event]) == [answer])
    let expected: [Action] = [.beginUtterance, answer, Self.appendAsStarted, answer, Self.finishSpanish]
    #expect(try actions([Self.transcribe, Self.start, event, Self.chunk, event, Self.stop]) == expected)
  }

  @Test(arguments: [
    "synthesize", "transcript", "info", "error", "", "AUDIO-STOP", "audio-stop ",
  ])
  func `a session ignores unknown events`(type: String) throws {
    let event = Event(type: type, data: ["rate": .string("x")], payload: Self.sound)
    let expected: [Action] = [.beginUtterance, Self.appendAsStarted, Self.finish]
    #expect(try actions([event, Self.start, event, Self.chunk, event, Self.stop, event]) == expected)
  }
}

@Suite struct `An utterance that the server ends` {
  private static let start = Event(type: "audio-start")
  private static let stop = Event(type: "audio-stop")
  private static let chunk = Event(type: "audio-chunk", payload: ByteBuffer(bytes: [1, 2]))
  private static let append = Session.Action.append(ByteBuffer(bytes: [1, 2]), Session.AudioFormat())

  private func listening(_ events: [Event]) throws -> Session {
    var session = Session()
    for event in events { _ = try session.receive(event) }
    return session
  }

  @Test func `an utterance is finished with its own request, and once`() throws {
    let transcribe = Event(
      type: "transcribe", data: ["language": .string("es"), "vad_sensitivity": .string("relaxed")])
    var session = try listening([transcribe, Self.start, Self.chunk])
    let request = Session.Request(language: "es", sensitivity: "relaxed")
    #expect(session.endUtterance() == [.finishUtterance(request)])
    #expect(!session.isListening)
    #expect(session.endUtterance().isEmpty)
    #expect(try session.receive(Self.stop).isEmpty)
  }

  @Test
  func `audio that still comes is discarded up to the client's end, and the next utterance is a new one`()
    throws
  {
    var session = try listening([Self.start, Self.chunk])
    _ = session.endUtterance()
    #expect(try session.receive(Self.chunk).isEmpty)
    #expect(try session.receive(Self.stop).isEmpty)
    #expect(try session.receive(Self.start) == [.beginUtterance])
    #expect(try session.receive(Self.chunk) == [Self.append])
    #expect(try session.receive(Self.stop) == [.finishUtterance(Session.Request())])
  }

  @Test func `an utterance that begins without the end of the last one is a new one, too`() throws {
    var session = try listening([Self.start, Self.chunk])
    _ = session.endUtterance()
    #expect(try session.receive(Self.start) == [.beginUtterance])
  }

  @Test func `without an open utterance there is nothing to end`() throws {
    var session = Session()
    #expect(session.endUtterance().isEmpty)
    session = try listening([Self.start, Self.stop])
    #expect(session.endUtterance().isEmpty)
  }
}

@Suite struct `An utterance that is too long` {
  private typealias Action = Session.Action

  private static let format = Session.AudioFormat(rate: 1_000, width: 2, channels: 2)
  private static let start = Event(
    type: "audio-start", data: ["rate": .integer(1_000), "width": .integer(2), "channels": .integer(2)])
  private static let stop = Event(type: "audio-stop")
  private static let cut = Action.finishUtterance(Session.Request(isTruncated: true))

  private func chunk(_ bytes: Int) -> Event {
    Event(type: "audio-chunk", payload: ByteBuffer(repeating: 1, count: bytes))
  }

  private func append(_ bytes: Int, _ format: Session.AudioFormat = format) -> Action {
    .append(ByteBuffer(repeating: 1, count: bytes), format)
  }

  private func actions(_ events: [Event], longest: Double) throws -> [Action] {
    var session = Session(longestUtterance: longest)
    return try events.flatMap { try session.receive($0) }
  }

  @Test(arguments: [1, 4, 10, 320, 3_999, 4_000, 4_001, 100_000])
  func `a too long utterance ends at the same sample, whatever the size of its chunks`(size: Int) throws {
    let chunks = Array(repeating: chunk(size), count: 10_000 / size + 2)
    let actions = try actions([Self.start] + chunks + [Self.stop], longest: 1)
    let heard = actions.reduce(0) {
      if case .append(let bytes, _) = $1 { $0 + bytes.readableBytes } else { $0 }
    }
    // A second of 4,000 bytes, in whole frames.
    #expect(abs(heard - 4_000) <= 4)
    #expect(actions.first == .beginUtterance)
    #expect(actions.last == Self.cut)
    #expect(actions.count { if case .finishUtterance = $0 { true } else { false } } == 1)
  }

  @Test func `a too long utterance is answered once, and the next start begins another one`() throws {
    let events = [Self.start, chunk(5_000), chunk(8), Self.stop, Self.start, chunk(8), Self.stop]
    let expected: [Action] = [
      .beginUtterance, append(4_000), Self.cut,
      .beginUtterance, append(8), .finishUtterance(Session.Request()),
    ]
    #expect(try actions(events, longest: 1) == expected)
  }

  @Test func `a too long utterance can be followed by a start without a stop`() throws {
    let expected: [Action] = [.beginUtterance, append(4_000), Self.cut, .beginUtterance, append(8)]
    #expect(try actions([Self.start, chunk(5_000), Self.start, chunk(8)], longest: 1) == expected)
  }

  @Test func `a too long utterance is measured by each chunk's own format`() throws {
    let slow = Event(
      type: "audio-chunk", data: ["rate": .integer(500)], payload: ByteBuffer(repeating: 1, count: 5_000))
    // Half a second is heard; in the other half fit 1,000 bytes at half the rate.
    let expected: [Action] = [
      .beginUtterance, append(2_000), append(1_000, Session.AudioFormat(rate: 500, width: 2, channels: 2)),
      Self.cut,
    ]
    #expect(try actions([Self.start, chunk(2_000), slow], longest: 1) == expected)
  }

  @Test(arguments: [Double.infinity, 1e300])
  func `an utterance of any length is accepted without a limit`(longest: Double) throws {
    let events = [Self.start, chunk(1_000_000), chunk(1_000_000), Self.stop]
    let expected: [Action] = [
      .beginUtterance, append(1_000_000), append(1_000_000), .finishUtterance(Session.Request()),
    ]
    #expect(try actions(events, longest: longest) == expected)
  }
}
