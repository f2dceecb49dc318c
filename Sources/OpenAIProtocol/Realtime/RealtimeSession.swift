internal import FoundationEssentials
public import JSON
internal import Transducer

/// The server's side of a realtime session, without sockets, audio or models: it receives messages and returns the
/// actions to take, in order, and it makes the events of the server.
///
/// Source: the official clients' types of `client.realtime`, in the current and the beta form.
public struct RealtimeSession: Sendable {
  /// An action for the caller to take.
  public enum Action: Sendable, Equatable {
    /// Send this event.
    case send(JSONValue)
    /// Use the session's settings from now on.
    case configure
    /// Add audio to the utterance: 16 bit, mono, little-endian.
    case append([UInt8])
    /// End the utterance, and answer it with a transcript.
    case commit
    /// Drop the utterance.
    case clear
  }

  /// The settings in force.
  public private(set) var settings: RealtimeSettings
  /// The item of the utterance that is heard, or will be.
  public private(set) var item: String
  private let id: String
  private var isBeta: Bool
  private var previousItem: String?
  private var itemCount = 1
  private var eventCount = 0

  /// Creates a session.
  ///
  /// - Parameters:
  ///   - id: A text that no other session has.
  ///   - isBeta: True if the client asked for the beta's form.
  public init(id: String, settings: RealtimeSettings, isBeta: Bool) {
    self.id = id
    self.settings = settings
    self.isBeta = isBeta
    item = "item_\(id)_1"
  }

  /// Handles a message and returns the actions to take, in order. What is wrong with a message is an event, and the
  /// session goes on.
  ///
  /// - Parameters:
  ///   - check: Throws if the settings cannot be used.
  public mutating func receive(
    _ message: [UInt8], check: (RealtimeSettings) throws(APIError) -> Void
  ) -> [Action] {
    guard let fields = JSONValue(parsing: message)?.object else {
      return [
        .send(failure(APIError(400, "The message is not a JSON object.", code: "invalid_json"), of: nil))
      ]
    }
    do throws(APIError) {
      return try actions(for: fields, check: check)
    } catch {
      return [.send(failure(error, of: fields["event_id"]?.string))]
    }
  }

  private mutating func actions(
    for fields: [String: JSONValue], check: (RealtimeSettings) throws(APIError) -> Void
  ) throws(APIError) -> [Action] {
    guard let type = fields["type"]?.string else {
      throw APIError(400, "The message has no type.", param: "type")
    }
    switch type {
    case "session.update", "transcription_session.update":
      guard let session = fields["session"]?.object else {
        throw APIError(400, "\(type) has no session.", param: "session")
      }
      let isBetaUpdate = type.hasPrefix("transcription")
      var changed = settings
      if isBetaUpdate { try changed.take(betaSession: session) } else { try changed.take(session: session) }
      try check(changed)
      settings = changed
      isBeta = isBetaUpdate
      return [
        .configure,
        .send(event(isBeta ? "transcription_session.updated" : "session.updated", ["session": description])),
      ]
    case "input_audio_buffer.append":
      guard let text = fields["audio"]?.string, let audio = Data(base64Encoded: text) else {
        throw APIError(400, "audio is not base64.", param: "audio")
      }
      return [.append([UInt8](audio))]
    case "input_audio_buffer.commit": return [.commit]
    case "input_audio_buffer.clear": return [.clear]
    default:
      throw APIError(
        400, "'\(type.shown())' is not an event of a transcription session.", param: "type",
        code: "unknown_event")
    }
  }

  /// The first event of a session.
  public mutating func created() -> JSONValue {
    event(isBeta ? "transcription_session.created" : "session.created", ["session": description])
  }

  /// The event for the beginning of speech.
  ///
  /// - Parameter seconds: The time in the utterance.
  public mutating func speechStarted(at seconds: Double) -> JSONValue {
    event(
      "input_audio_buffer.speech_started",
      ["audio_start_ms": .integer(Self.milliseconds(seconds)), "item_id": .string(item)])
  }

  /// The event for the end of speech.
  public mutating func speechStopped(at seconds: Double) -> JSONValue {
    event(
      "input_audio_buffer.speech_stopped",
      ["audio_end_ms": .integer(Self.milliseconds(seconds)), "item_id": .string(item)])
  }

  /// The event for the answer to `input_audio_buffer.clear`.
  public mutating func cleared() -> JSONValue { event("input_audio_buffer.cleared", [:]) }

  /// Ends the utterance: the next one is another item.
  ///
  /// - Returns: The item, and the events for its end.
  public mutating func commit() -> (item: String, events: [JSONValue]) {
    let ended = item
    let previous = previousItem.map(JSONValue.string) ?? .null
    let committed = event(
      "input_audio_buffer.committed", ["item_id": .string(ended), "previous_item_id": previous])
    let content: JSONValue = .object([
      "id": .string(ended), "object": .string("realtime.item"), "type": .string("message"),
      "status": .string("completed"), "role": .string("user"),
      "content": .array([.object(["type": .string("input_audio"), "transcript": .null])]),
    ])
    let added = event(
      "conversation.item.\(isBeta ? "created" : "added")", ["previous_item_id": previous, "item": content])
    previousItem = ended
    itemCount += 1
    item = "item_\(id)_\(itemCount)"
    return (ended, [committed, added])
  }

  /// The event for a part of the text that is final.
  public mutating func delta(_ delta: String, of item: String) -> JSONValue {
    event(
      "conversation.item.input_audio_transcription.delta",
      ["item_id": .string(item), "content_index": .integer(0), "delta": .string(delta)])
  }

  /// The event for a transcript.
  ///
  /// - Parameter details: What only Lorikeet tells.
  public mutating func completed(
    _ result: TranscriptionResult, of item: String, details: [String: JSONValue]
  ) -> JSONValue {
    var fields: [String: JSONValue] = [
      "item_id": .string(item), "content_index": .integer(0), "transcript": .string(result.text.text),
      "usage": result.usage,
      "lorikeet": .object(details),
    ]
    if let languages = result.languages { fields["languages"] = languages }
    if settings.hasLogprobs { fields["logprobs"] = result.text.logprobs }
    return event("conversation.item.input_audio_transcription.completed", fields)
  }

  /// The event for an utterance without a transcript.
  public mutating func failed(_ error: APIError, of item: String) -> JSONValue {
    event(
      "conversation.item.input_audio_transcription.failed",
      ["item_id": .string(item), "content_index": .integer(0), "error": error.details])
  }

  /// The event for a message that cannot be used.
  ///
  /// - Parameter id: The message's own id.
  public mutating func failure(_ error: APIError, of id: String? = nil) -> JSONValue {
    var details = error.details.object ?? [:]
    details["event_id"] = id.map { .string(String($0.prefix(200))) } ?? .null
    return event("error", ["error": .object(details)])
  }

  private var description: JSONValue {
    let fields = isBeta ? settings.betaJSON : settings.json
    return .object(
      fields.merging([
        "id": .string("sess_\(id)"), "type": .string("transcription"),
        "object": .string("realtime.transcription_session"),
      ]) { $1 })
  }

  private mutating func event(_ type: String, _ fields: [String: JSONValue]) -> JSONValue {
    eventCount += 1
    return .object(
      fields.merging(["type": .string(type), "event_id": .string("event_\(id)_\(eventCount)")]) { $1 })
  }

  private static func milliseconds(_ seconds: Double) -> Int { Int((seconds * 1000).rounded()) }
}
