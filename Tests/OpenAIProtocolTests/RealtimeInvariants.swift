import JSON
import OpenAIProtocol
import Transducer

/// The invariants for a realtime session, whatever messages a client sends, shared by the fuzzer in `Fuzzing` and the
/// test of its corpus.
///
/// An input is the client's messages, up to 12, with 0xFF between them. A session in the beta's form begins with an
/// empty one.
struct RealtimeInvariants {
  struct Violation: Error, CustomStringConvertible {
    let description: String
  }

  private var session: RealtimeSession
  private var eventIDs: Set<String> = []
  private var items: [String] = []

  private init(isBeta: Bool) {
    session = RealtimeSession(id: "x", settings: RealtimeSettings(), isBeta: isBeta)
  }

  /// Checks all invariants for an input.
  ///
  /// - Throws: The first violation.
  static func check(_ input: [UInt8]) throws(Violation) {
    let messages = input.split(separator: 0xFF, omittingEmptySubsequences: false).prefix(12).map(Array.init)
    let isBeta = messages.count > 1 && messages[0].isEmpty
    var invariants = Self(isBeta: isBeta)
    try invariants.checkEvent(
      invariants.session.created(), "\(isBeta ? "transcription_" : "")session.created")
    for message in messages.dropFirst(isBeta ? 1 : 0) {
      if let value = JSONValue(parsing: message) { try checkRoundTrip(of: value) }
      try checkQuery(message.prefix(64))
      try invariants.check(message)
    }
  }

  private static func hold(_ condition: Bool, _ what: @autoclosure () -> String) throws(Violation) {
    guard condition else { throw Violation(description: what()) }
  }

  /// Checks that a JSON value is read back unchanged, and is one line.
  private static func checkRoundTrip(of value: JSONValue) throws(Violation) {
    let encoded = value.encoded
    try hold(encoded.allSatisfy { $0 >= 0x20 }, "\(value.line) is no line")
    let again = JSONValue(parsing: encoded)
    try hold(again == value, "\(value.line) is read back as \(again?.line ?? "nothing")")
    try hold(again?.encoded == encoded, "\(value.line) is encoded differently again")
  }

  /// Checks that a text is read back from the address of a socket, and that any text can be there.
  private static func checkQuery(_ bytes: ArraySlice<UInt8>) throws(Violation) {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = RealtimeQuery("/v1/realtime?\(text)")
    let digits = Array("0123456789ABCDEF".utf8)
    let encoded = text.utf8.flatMap { [UInt8(ascii: "%"), digits[Int($0 / 16)], digits[Int($0 % 16)]] }
    let query = RealtimeQuery("/v1/realtime?model=\(String(decoding: encoded, as: UTF8.self))&language=es")
    try hold(query.model ?? "" == text && query.language == "es", "\(text) is read as \(query)")
  }

  /// Sends a message, and checks the actions.
  private mutating func check(_ message: [UInt8]) throws(Violation) {
    let before = session
    let actions = session.receive(message) { settings throws(APIError) in
      _ = try ModelNames(standard: "a", all: ["a", "b"]).model(for: settings.model)
    }
    let fields = JSONValue(parsing: message)?.object ?? [:]
    let type = fields["type"]?.string ?? ""
    switch actions.first {
    case .send(let event) where actions.count == 1:
      try checkEvent(event, "error")
      let id = event.object?["error"]?.object?["event_id"]
      let expected = fields["event_id"]?.string.map { JSONValue.string(String($0.prefix(200))) } ?? .null
      try Self.hold(id == expected, "\(event.line) names another event than \(expected.line)")
      try Self.hold(
        session.settings == before.settings && Self.form(of: session) == Self.form(of: before),
        "a refused \(type) changes the session")
    case .configure:
      guard ["session.update", "transcription_session.update"].contains(type), actions.count == 2,
        case .send(let event) = actions[1]
      else { throw Violation(description: "\(type) gives \(actions)") }
      try checkEvent(event, type + "d")
      try checkSettings(event, type)
    case .append(let audio) where type == "input_audio_buffer.append" && actions.count == 1:
      let length = fields["audio"]?.string?.utf8.count ?? 0
      try Self.hold(audio.count <= length / 4 * 3, "\(audio.count) bytes from \(length) characters")
    case .commit where type == "input_audio_buffer.commit" && actions.count == 1:
      try commit(String(decoding: message, as: UTF8.self))
    case .clear where type == "input_audio_buffer.clear" && actions.count == 1:
      try checkEvent(session.cleared(), "input_audio_buffer.cleared")
    default:
      throw Violation(description: "\(type) gives \(actions)")
    }
  }

  /// Checks that settings are usable, and that the client can send back those that it was told.
  private func checkSettings(_ event: JSONValue, _ type: String) throws(Violation) {
    let settings = session.settings
    try Self.hold((8_000...48_000).contains(settings.sampleRate), "\(settings)")
    switch settings.turnDetection {
    case .none: break
    case .speech(let patience): try Self.hold([0.75, 1, 1.75].contains(patience), "\(settings)")
    case .silence(let seconds): try Self.hold((0.1...10).contains(seconds), "\(settings)")
    }
    guard let told = event.object?["session"] else {
      throw Violation(description: "\(event.line) has no session")
    }
    var other = session
    let update = JSONValue.object(["type": .string(type), "session": told])
    let actions = other.receive(update.encoded) { _ throws(APIError) in }
    guard case .send(let answer)? = actions.last else {
      throw Violation(description: "\(update.line) is not answered")
    }
    try Self.hold(answer.object?["session"] == told, "\(told.line) is answered with \(answer.line)")
  }

  /// Ends an utterance with a transcript or an error.
  private mutating func commit(_ text: String) throws(Violation) {
    let item = session.item
    try checkEvent(
      session.speechStarted(at: 0.1), "input_audio_buffer.speech_started", ["item_id": .string(item)])
    try checkEvent(
      session.speechStopped(at: 1.1), "input_audio_buffer.speech_stopped", ["item_id": .string(item)])
    let previous = items.last.map(JSONValue.string) ?? .null
    let (ended, events) = session.commit()
    try Self.hold(ended == item && !items.contains(item), "\(ended) ends instead of \(item)")
    items.append(ended)
    try Self.hold(!items.contains(session.item), "\(session.item) begins again")
    let added = "conversation.item.\(Self.isBeta(session) ? "created" : "added")"
    for (event, type) in zip(events, ["input_audio_buffer.committed", added]) {
      try checkEvent(event, type, ["previous_item_id": previous])
    }
    try Self.hold(events.count == 2, "\(events)")
    try Self.hold(events.first?.object?["item_id"] == .string(item), "\(events) is not about \(item)")
    let answer = "conversation.item.input_audio_transcription"
    try checkEvent(
      session.delta(text, of: item), "\(answer).delta", ["item_id": .string(item), "delta": .string(text)])
    if items.count.isMultiple(of: 2) {
      let error = APIError(500, "failed", type: "server_error")
      try checkEvent(session.failed(error, of: item), "\(answer).failed", ["item_id": .string(item)])
    } else {
      var spoken = SpokenText()
      spoken.text = text
      let result = TranscriptionResult(text: spoken, language: "es", seconds: 1)
      try checkEvent(
        session.completed(result, of: item, details: [:]), "\(answer).completed",
        ["item_id": .string(item), "transcript": .string(text)])
    }
  }

  /// Checks an event of the server.
  private mutating func checkEvent(
    _ event: JSONValue, _ type: String, _ fields: [String: JSONValue] = [:]
  ) throws(Violation) {
    try Self.checkRoundTrip(of: event)
    let found = event.object ?? [:]
    try Self.hold(found["type"] == .string(type), "\(event.line) instead of \(type)")
    let id = found["event_id"]?.string ?? ""
    try Self.hold(!id.isEmpty && eventIDs.insert(id).inserted, "\(event.line) has no id of its own")
    for (name, value) in fields {
      try Self.hold(found[name] == value, "\(event.line) has another \(name) than \(value.line)")
    }
    if let error = found["error"]?.object { try Self.checkMessage(error["message"]?.string ?? "") }
  }

  /// Checks an error's text.
  private static func checkMessage(_ text: String) throws(Violation) {
    let isLine = text.unicodeScalars.allSatisfy { scalar in
      ![.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
    try hold(!text.isEmpty && text.utf8.count < 2048 && isLine, "not a short line: \(text)")
  }

  /// The session as a client sees it.
  private static func form(of session: RealtimeSession) -> [JSONValue?] {
    var session = session
    let event = session.created().object
    return [event?["type"], event?["session"]]
  }

  private static func isBeta(_ session: RealtimeSession) -> Bool {
    var session = session
    return session.created().object?["type"] == .string("transcription_session.created")
  }
}
