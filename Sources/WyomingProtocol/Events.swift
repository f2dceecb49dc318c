/// The events that the server sends.
extension Event {
  /// The beginning of the answer to an utterance. Clients that know nothing of streaming wait for `transcript` and pass over
  /// the events around it.
  ///
  /// - Parameter language: The language it is said in, if it is known by now.
  public static func transcriptStart(language: String?) -> Event {
    Event(type: "transcript-start", data: languageData(language))
  }

  /// The next piece of a transcript, which is all of them in their order.
  public static func transcriptChunk(_ text: String) -> Event {
    Event(type: "transcript-chunk", data: ["text": .string(text)])
  }

  /// - Parameter text: What was said; empty if nothing was.
  public static func transcript(_ text: String, language: String?) -> Event {
    Event(type: "transcript", data: languageData(language).merging(["text": .string(text)]) { $1 })
  }

  /// The end of the answer.
  public static let transcriptStop = Event(type: "transcript-stop")

  private static func languageData(_ language: String?) -> [String: JSONValue] {
    language.map { ["language": .string($0)] } ?? [:]
  }

  /// The answer to a `ping`, with its text if it had one.
  public static func pong(_ text: String?) -> Event {
    Event(type: "pong", data: text.map { ["text": .string($0)] } ?? [:])
  }

  /// - Parameter code: For programs, such as "protocol-error".
  public static func error(_ text: String, code: String) -> Event {
    Event(type: "error", data: ["text": .string(text), "code": .string(code)])
  }

  /// What the server can do; the answer to `describe`.
  public static func info(_ programs: [SpeechProgram]) -> Event {
    var data: [String: JSONValue] = ["asr": .array(programs.map(\.json))]
    for other in ["tts", "handle", "intent", "wake", "mic", "snd"] { data[other] = .array([]) }
    return Event(type: "info", data: data)
  }
}

extension Event {
  /// The type of an event of our own. Without data it asks a server how it is; the answer has the same type. Servers
  /// and clients that do not know it pass over it.
  public static let statusType = "lorikeet-status"

  /// How the server is: the answer to a status event without data.
  public static func status(_ data: [String: JSONValue]) -> Event {
    Event(type: statusType, data: data)
  }
}

extension Event {
  /// The names of the speech-to-text programs in an `info` event.
  public var speechPrograms: [String] { programs.compactMap { $0["name"]?.string } }

  /// The names of the speech-to-text models in an `info` event.
  public var speechModels: [String] {
    programs.flatMap { $0["models"]?.array ?? [] }.compactMap { $0.object?["name"]?.string }
  }

  private var programs: [[String: JSONValue]] { data["asr"]?.array?.compactMap(\.object) ?? [] }
}

/// A speech-to-text program of the `info` event. Home Assistant keys on names and tags: keep them stable.
public struct SpeechProgram: Sendable, Equatable {
  public var artifact: Artifact
  public var models: [Model]

  /// The name of this server's program: who has it answers ``Event/statusType``.
  public static let lorikeet = "lorikeet"

  public struct Model: Sendable, Equatable {
    public var artifact: Artifact
    /// Tags as Home Assistant sends them back: "en", "es".
    public var languages: [String]

    public init(_ artifact: Artifact, languages: [String]) {
      self.artifact = artifact
      self.languages = languages
    }

    var json: JSONValue {
      .object(artifact.fields.merging(["languages": .array(languages.map(JSONValue.string))]) { $1 })
    }
  }

  public init(_ artifact: Artifact, models: [Model]) {
    self.artifact = artifact
    self.models = models
  }

  /// A required key that is missing, or a flag that is null, breaks Home Assistant's set-up: all are written.
  var json: JSONValue {
    .object(
      artifact.fields.merging([
        "models": .array(models.map(\.json)),
        "supports_transcript_streaming": .bool(true),
        "requires_external_vad": .bool(true),
        "prefers_auto_gain_enabled": .bool(true),
        "prefers_noise_reduction_enabled": .bool(true),
      ]) { $1 })
  }
}

/// What programs and models have in common.
public struct Artifact: Sendable, Equatable {
  public var name: String
  public var description: String
  public var version: String
  /// Who made it, and where it is from.
  public var attribution: (name: String, url: String)

  public init(name: String, description: String, version: String, attribution: (name: String, url: String)) {
    self.name = name
    self.description = description
    self.version = version
    self.attribution = attribution
  }

  public static func == (one: Self, other: Self) -> Bool { one.fields == other.fields }

  var fields: [String: JSONValue] {
    [
      "name": .string(name),
      "description": .string(description),
      "version": .string(version),
      "installed": .bool(true),
      "attribution": .object(["name": .string(attribution.name), "url": .string(attribution.url)]),
    ]
  }
}
