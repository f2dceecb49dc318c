internal import Devices
public import Endpointing
internal import Languages
internal import Logging
public import Names
internal import Recognition
internal import Transducer
public import Wording
internal import WyomingProtocol
internal import WyomingStatus

/// The service on an address: a model, and the form of its transcripts.
public struct SpeechService: Sendable {
  /// The model.
  public let model: ServedRecognizer
  /// The language of utterances for which the client names no language that the model supports.
  public let language: String?
  /// The names of the home.
  public let names: NameBook
  /// The wording of transcripts.
  public let wording: Wording
  /// The times after which an utterance ends; `nil` if clients end it.
  public let endpointing: EndpointTimes?
  /// True if the log contains the text of transcripts.
  public let logsTranscripts: Bool

  /// Creates the service of an address.
  public init(
    model: ServedRecognizer, language: String? = nil, names: NameBook = NameBook(),
    wording: Wording = Wording(), endpointing: EndpointTimes? = nil, logsTranscripts: Bool = false
  ) {
    self.model = model
    self.language = language
    self.names = names
    self.wording = wording
    self.endpointing = endpointing
    self.logsTranscripts = logsTranscripts
  }

  /// The answer to `describe`.
  var info: Event {
    var program = model.program
    program.endsUtterances = endpointing != nil
    return .info([program])
  }

  /// Returns the times after which an utterance ends; `nil` if the client ends it.
  func endpointTimes(for request: Session.Request) -> EndpointTimes? {
    let sensitivity = request.sensitivity.flatMap(EndpointSensitivity.init) ?? .normal
    return endpointing?.scaled(by: sensitivity.factor)
  }

  /// The answer to `lorikeet-status`.
  var status: Event {
    var status = model.status
    status.names = ServerStatus.Names(names)
    return .status(status.json)
  }

  /// Transcribes an utterance that has ended.
  ///
  /// - Parameter seconds: The longest time to wait for the transcript, in seconds.
  func answer(
    _ audio: UtteranceAudio, _ request: Session.Request, within seconds: Double, _ logger: Logger
  ) async throws -> Transcript {
    let transcript = try await transcribe(audio, within: seconds)
      .worded(wording, languages: model.languages)
    if let asked = request.language, knownLanguage(asked) == nil {
      model.recognizer?.reportUnsupported(language: asked)
    }
    names.count(boostedTokens: transcript.boostedTokens)
    logger.info("utterance", metadata: metadata(transcript))
    return transcript
  }

  /// Returns the text of the beginning of a transcript; the whole transcript will begin with it.
  ///
  /// - Parameters:
  ///   - segments: All final segments.
  ///   - language: The language of the request.
  /// - Returns: The text; `nil` if it cannot be worded before the language is known.
  func beginning(_ segments: [SpokenText], language: String?) -> String? {
    guard wording.numbers == .words || language != nil || model.languages.count == 1 else { return nil }
    return SpokenText(
      joining: wording.apply(to: segments, language: language, languages: model.languages)
    ).text
  }

  private func transcribe(
    _ audio: UtteranceAudio, within seconds: Double
  ) async throws -> Transcript {
    try await withThrowingTaskGroup(of: Transcript.self) { group in
      group.addTask {
        let recognizer = try await model.awaited()
        do throws(DeviceError) {
          return try await audio.transcript(by: recognizer)
        } catch {
          if case .cancelled = error { throw CancellationError() }
          throw ServerError.notRecognized(why: error.description)
        }
      }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw ServerError.late(seconds: seconds, why: model.notReadyReason)
      }
      defer { group.cancelAll() }
      guard let transcript = try await group.next() else { throw CancellationError() }
      return transcript
    }
  }

  /// Returns what a request says about an utterance, with the names of the home when it began.
  func context(of request: Session.Request, names: [BoostedPhrase]) -> SpeechContext {
    SpeechContext(language: language(for: request), phrases: request.phrases + names)
  }

  /// Returns the language of the request if the model supports it, also with an added region ("en-US"); otherwise the
  /// language of the address.
  private func language(for request: Session.Request) -> String? {
    request.language.flatMap(knownLanguage) ?? language
  }

  private func knownLanguage(_ asked: String) -> String? {
    guard !asked.isEmpty else { return nil }
    let known = model.languages
    if known.isEmpty || known.contains(asked) { return asked }
    guard let tag = LanguageTag(asked), known.contains(tag.language) else { return nil }
    return tag.script.map { "\(tag.language)-\($0)" } ?? tag.language
  }

  /// The durations and the device of an utterance; its text only if ``logsTranscripts`` is true.
  private func metadata(_ transcript: Transcript) -> Logger.Metadata {
    let timings = transcript.timings
    var metadata: Logger.Metadata = [
      "model": "\(transcript.model)",
      "device": "\(transcript.device ?? "none")",
      "precision": "\(transcript.precision.rawValue)",
      "audio_s": "\(rounded(transcript.audioSeconds, to: 100))",
      "features_ms": "\(rounded(timings.features * 1000, to: 10))",
      "encoder_ms": "\(rounded(timings.encoder * 1000, to: 10))",
      "decoder_ms": "\(rounded(timings.decoder * 1000, to: 10))",
      "total_ms": "\(rounded(timings.total * 1000, to: 10))",
    ]
    if let bucket = transcript.bucket { metadata["bucket_s"] = "\(rounded(bucket, to: 100))" }
    if transcript.isFromCache { metadata["from_cache"] = "true" }
    if transcript.isSpeculative { metadata["speculative"] = "true" }
    if let fallbackReason = transcript.fallbackReason { metadata["detour"] = "\(fallbackReason)" }
    if transcript.boostedTokens > 0 { metadata["boosted_tokens"] = "\(transcript.boostedTokens)" }
    if let endpoint = transcript.endpoint { metadata["endpoint"] = "\(endpoint.rawValue)" }
    if let language = transcript.language { metadata["language"] = "\(language)" }
    if logsTranscripts { metadata["text"] = "\(transcript.text)" }
    return metadata
  }

  private func rounded(_ value: Double, to parts: Double) -> Double { (value * parts).rounded() / parts }
}
