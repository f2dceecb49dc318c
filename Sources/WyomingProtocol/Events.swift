public import JSON

// MARK: Events that the server sends
extension Event {
  /// Creates the first event of the answer to an utterance. Clients without support for streaming wait for `transcript`
  /// and ignore the events around it.
  ///
  /// - Parameter language: The language of the utterance, if known by now.
  public static func transcriptStart(language: String?) -> Event {
    Event(type: "transcript-start", data: languageData(language))
  }

  /// Creates the next piece of a transcript. The transcript is all pieces in their order.
  public static func transcriptChunk(_ text: String) -> Event {
    Event(type: "transcript-chunk", data: ["text": .string(text)])
  }

  /// Creates the event with the whole transcript.
  ///
  /// - Parameters:
  ///   - text: The transcript; empty if nothing was said.
  ///   - language: The language of the utterance; `nil` if unknown.
  public static func transcript(_ text: String, language: String?) -> Event {
    Event(type: "transcript", data: languageData(language).merging(["text": .string(text)]) { $1 })
  }

  /// The last event of the answer.
  public static let transcriptStop = Event(type: "transcript-stop")

  private static func languageData(_ language: String?) -> [String: JSONValue] {
    language.map { ["language": .string($0)] } ?? [:]
  }

  /// Creates the event that the speaker has begun.
  ///
  /// - Parameter seconds: The time from the beginning of the audio, in seconds.
  public static func voiceStarted(atSeconds seconds: Double) -> Event {
    Event(type: "voice-started", data: ["timestamp": .integer(Int((seconds * 1000).rounded()))])
  }

  /// Creates the event that the speaker has finished.
  ///
  /// - Parameter seconds: The time from the beginning of the audio, in seconds.
  public static func voiceStopped(atSeconds seconds: Double) -> Event {
    Event(type: "voice-stopped", data: ["timestamp": .integer(Int((seconds * 1000).rounded()))])
  }

  /// Creates the answer to a `ping`, with its text if it had one.
  public static func pong(_ text: String?) -> Event {
    Event(type: "pong", data: text.map { ["text": .string($0)] } ?? [:])
  }

  /// Creates an error event.
  ///
  /// - Parameters:
  ///   - text: The error in one line.
  ///   - code: The code for programs, such as "protocol-error".
  public static func error(_ text: String, code: String) -> Event {
    Event(type: "error", data: ["text": .string(text), "code": .string(code)])
  }

  /// Creates the description of the server's programs and models: the answer to `describe`.
  public static func info(_ programs: [SpeechProgram]) -> Event {
    var data: [String: JSONValue] = ["asr": .array(programs.map(\.json))]
    for other in ["tts", "handle", "intent", "wake", "mic", "snd"] { data[other] = .array([]) }
    return Event(type: "info", data: data)
  }
}

extension Event {
  /// The type of Lorikeet's own event. Without data it asks a server for its status; the answer has the same type.
  /// Other servers and clients ignore it.
  public static let statusType = "lorikeet-status"

  /// Creates the server's status: the answer to a status event without data.
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
  /// The name, description, version and maker.
  public var artifact: Artifact
  /// The program's models.
  public var models: [Model]
  /// True if the server hears itself that the speaker has finished, so that clients need no detector of their own.
  public var endsUtterances = false

  /// The name of Lorikeet's program. A server with it answers ``Event/statusType``.
  public static let lorikeet = "lorikeet"

  /// A speech-to-text model of the program.
  public struct Model: Sendable, Equatable {
    /// The name, description, version and maker.
    public var artifact: Artifact
    /// The language tags, in the form that Home Assistant sends back: "en", "es".
    public var languages: [String]

    /// Creates a model.
    public init(_ artifact: Artifact, languages: [String]) {
      self.artifact = artifact
      self.languages = languages
    }

    var json: JSONValue {
      .object(artifact.fields.merging(["languages": .array(languages.map(JSONValue.string))]) { $1 })
    }
  }

  /// Creates a program.
  public init(_ artifact: Artifact, models: [Model]) {
    self.artifact = artifact
    self.models = models
  }

  /// All keys, since a missing required key or a null flag breaks Home Assistant's setup.
  var json: JSONValue {
    .object(
      artifact.fields.merging([
        "models": .array(models.map(\.json)),
        "supports_transcript_streaming": .bool(true),
        "requires_external_vad": .bool(!endsUtterances),
        // Both make more words wrong: docs/measurements.md, "Gain and noise suppression".
        "prefers_auto_gain_enabled": .bool(false),
        "prefers_noise_reduction_enabled": .bool(false),
      ]) { $1 })
  }
}

/// The properties that programs and models have in common.
public struct Artifact: Sendable, Equatable {
  /// The stable name.
  public var name: String
  /// The displayed description.
  public var description: String
  /// The version.
  public var version: String
  /// The maker's name and address.
  public var attribution: (name: String, url: String)

  /// Creates the properties.
  public init(name: String, description: String, version: String, attribution: (name: String, url: String)) {
    self.name = name
    self.description = description
    self.version = version
    self.attribution = attribution
  }

  /// Returns true if all properties are equal.
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
