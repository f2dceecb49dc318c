internal import JSON

/// The settings of a realtime session.
public struct RealtimeSettings: Sendable, Equatable {
  /// The way in which the end of an utterance is found.
  public enum TurnDetection: Sendable, Equatable {
    /// The client commits.
    case none
    /// The server hears that the speaker has finished; it waits `patience` times as long as usual.
    case speech(patience: Double)
    /// The server ends the utterance after a silence, in seconds.
    case silence(seconds: Double)
  }

  /// The name of the model; `nil` for the address's own.
  public var model: String?
  /// The spoken language.
  public var language: String?
  /// The names that are said.
  public var names = ExpectedNames(keywords: [], prompt: nil)
  /// The sample rate of the audio, in hertz.
  public var sampleRate = 24_000
  /// The way in which the end of an utterance is found.
  public var turnDetection = TurnDetection.speech(patience: 1)
  /// True if transcripts have the probability of each token.
  public var hasLogprobs = false

  /// The accepted sample rates, in hertz.
  static let sampleRates = 8_000...48_000
  /// The accepted silences, in seconds.
  static let silences = 0.1...10.0

  /// Creates the default settings.
  public init() {}

  /// Takes a session in the current form: `{"audio": {"input": …}, "include": …}`.
  mutating func take(session: [String: JSONValue]) throws(APIError) {
    if let kind = session["type"]?.string, kind != "transcription" {
      throw APIError(
        400, "session.type is '\(kind.shown())', expected 'transcription'.", param: "session.type")
    }
    if let include = session["include"] { try take(include: include) }
    guard let audio = try Self.object(session["audio"], "session.audio"),
      let input = try Self.object(audio["input"], "session.audio.input")
    else { return }
    if let format = input["format"], !format.isNull { try take(format: format) }
    if let transcription = try Self.object(input["transcription"], "session.audio.input.transcription") {
      try take(transcription: transcription)
    }
    if let detection = input["turn_detection"] { try take(turnDetection: detection) }
  }

  /// Takes a session in the beta's form, with flat keys.
  mutating func take(betaSession session: [String: JSONValue]) throws(APIError) {
    if let include = session["include"] { try take(include: include) }
    if let format = session["input_audio_format"]?.string, format != "pcm16" {
      throw APIError(
        400, "input_audio_format is '\(format.shown())', expected 'pcm16'.",
        param: "session.input_audio_format")
    }
    if let transcription = try Self.object(
      session["input_audio_transcription"], "session.input_audio_transcription")
    {
      try take(transcription: transcription)
    }
    if let detection = session["turn_detection"] { try take(turnDetection: detection) }
  }

  /// Returns the fields of an object; `nil` if there is none.
  private static func object(_ value: JSONValue?, _ name: String) throws(APIError) -> [String: JSONValue]? {
    guard let value, !value.isNull else { return nil }
    guard let fields = value.object else { throw APIError(400, "\(name) is not an object.", param: name) }
    return fields
  }

  private mutating func take(include: JSONValue) throws(APIError) {
    guard let items = include.array else {
      if include.isNull { return }
      throw APIError(400, "session.include is not a list.", param: "session.include")
    }
    hasLogprobs = items.contains(.string("item.input_audio_transcription.logprobs"))
  }

  private mutating func take(format: JSONValue) throws(APIError) {
    let param = "session.audio.input.format"
    guard let type = format.object?["type"]?.string else {
      throw APIError(400, "\(param) has no type.", param: param)
    }
    guard type == "audio/pcm" else {
      throw APIError(
        400, "\(param).type is '\(type.shown())', expected 'audio/pcm'.", param: "\(param).type")
    }
    guard let rate = format.object?["rate"], !rate.isNull else { return }
    guard let hertz = rate.integer, Self.sampleRates.contains(hertz) else {
      throw APIError(
        400, "\(param).rate is \(rate.line.shown()), expected 8000 to 48000.", param: "\(param).rate")
    }
    sampleRate = hertz
  }

  private mutating func take(transcription: [String: JSONValue]) throws(APIError) {
    if let model = transcription["model"], !model.isNull {
      guard let name = model.string else {
        throw APIError(400, "transcription.model is not a text.", param: "transcription.model")
      }
      self.model = name
    }
    if let language = transcription["language"] { self.language = language.string }
    if let languages = transcription["languages"]?.array, languages.count == 1, language == nil {
      language = languages[0].string
    }
    if transcription["keywords"] != nil || transcription["prompt"] != nil {
      names = ExpectedNames(
        keywords: transcription["keywords"]?.array?.compactMap(\.string) ?? [],
        prompt: transcription["prompt"]?.string)
    }
  }

  private mutating func take(turnDetection: JSONValue) throws(APIError) {
    let param = "session.audio.input.turn_detection"
    guard let detection = turnDetection.object else {
      guard turnDetection.isNull else { throw APIError(400, "\(param) is not an object.", param: param) }
      self.turnDetection = .none
      return
    }
    switch detection["type"]?.string {
    case "server_vad", nil:
      guard let silence = detection["silence_duration_ms"], !silence.isNull else {
        self.turnDetection = .speech(patience: 1)
        return
      }
      guard let seconds = silence.number.map({ $0 / 1000 }), Self.silences.contains(seconds) else {
        throw APIError(
          400, "\(param).silence_duration_ms is \(silence.line.shown()), expected 100 to 10000.",
          param: "\(param).silence_duration_ms")
      }
      self.turnDetection = .silence(seconds: seconds)
    case "semantic_vad":
      let eagerness = detection["eagerness"]?.string ?? "auto"
      guard let patience = ["high": 0.75, "medium": 1, "auto": 1, "low": 1.75][eagerness] else {
        throw APIError(
          400, "\(param).eagerness is '\(eagerness.shown())', expected low, medium, high or auto.",
          param: "\(param).eagerness")
      }
      self.turnDetection = .speech(patience: patience)
    case let type?:
      throw APIError(
        400, "\(param).type is '\(type.shown())', expected server_vad or semantic_vad.",
        param: "\(param).type")
    }
  }

  /// The settings in the current form.
  var json: [String: JSONValue] {
    [
      "audio": .object([
        "input": .object([
          "format": .object(["type": .string("audio/pcm"), "rate": .integer(sampleRate)]),
          "noise_reduction": .null, "transcription": transcription, "turn_detection": detection,
        ])
      ]),
      "include": include,
    ]
  }

  /// The settings in the beta's form.
  var betaJSON: [String: JSONValue] {
    [
      "input_audio_format": .string("pcm16"), "input_audio_transcription": transcription,
      "turn_detection": detection, "include": include,
    ]
  }

  private var include: JSONValue {
    .array(hasLogprobs ? [.string("item.input_audio_transcription.logprobs")] : [])
  }

  private var transcription: JSONValue {
    .object([
      "model": model.map(JSONValue.string) ?? .null, "language": language.map(JSONValue.string) ?? .null,
    ])
  }

  private var detection: JSONValue {
    switch turnDetection {
    case .none: .null
    case .silence(let seconds):
      .object([
        "type": .string("server_vad"), "silence_duration_ms": .integer(Int((seconds * 1000).rounded())),
      ])
    case .speech(let patience) where patience != 1:
      .object(["type": .string("semantic_vad"), "eagerness": .string(patience < 1 ? "high" : "low")])
    case .speech: .object(["type": .string("server_vad")])
    }
  }
}
