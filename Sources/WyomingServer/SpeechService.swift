internal import Devices
internal import Languages
internal import Logging
internal import Recognition
internal import Transducer
public import Wording
internal import WyomingProtocol

/// What is served on an address: a model, and how its answers are made.
public struct SpeechService: Sendable {
  public let model: ServedRecognizer
  /// The language of utterances whose client names none that the model knows.
  public let language: String?
  /// How transcripts are worded.
  public let wording: Wording
  /// Whether the log holds what was said.
  public let logsTranscripts: Bool

  public init(
    model: ServedRecognizer, language: String? = nil, wording: Wording = Wording(),
    logsTranscripts: Bool = false
  ) {
    self.model = model
    self.language = language
    self.wording = wording
    self.logsTranscripts = logsTranscripts
  }

  /// The answer to `describe`.
  var info: Event { .info([model.program]) }

  /// The answer to `lorikeet-status`.
  var status: Event { .status(model.status.json) }

  /// Why an utterance gets no transcript.
  struct Failure: Error {
    let text: String
    /// For programs.
    let code: String
  }

  /// Recognizes an utterance that has ended.
  func answer(
    _ audio: HeardAudio, _ request: Session.Request, within seconds: Double, _ logger: Logger
  ) async throws -> Transcript {
    let transcript = try await transcribe(audio, language(for: request), within: seconds)
      .worded(wording, languages: model.languages)
    if let asked = request.language, knownLanguage(asked) == nil {
      model.recognizer?.reportUnsupported(language: asked)
    }
    logger.info("utterance", metadata: metadata(transcript))
    return transcript
  }

  /// The beginning of a transcript, of which more comes: the whole will begin with it.
  ///
  /// - Parameters:
  ///   - segments: All that is final.
  ///   - language: The one asked for.
  /// - Returns: `nil` if it cannot be worded before the language is known.
  func beginning(_ segments: [SpokenText], language: String?) -> String? {
    guard wording.numbers == .words || language != nil || model.languages.count == 1 else { return nil }
    return SpokenText(
      joining: wording.apply(to: segments, language: language, languages: model.languages)
    ).text
  }

  private func transcribe(
    _ audio: HeardAudio, _ language: String?, within seconds: Double
  ) async throws -> Transcript {
    try await withThrowingTaskGroup(of: Transcript.self) { group in
      group.addTask {
        let recognizer = try await model.awaited()
        do throws(DeviceError) {
          return try await audio.transcript(by: recognizer, language: language)
        } catch {
          if case .cancelled = error { throw CancellationError() }
          throw Failure(text: error.description, code: "recognition-failed")
        }
      }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        let why = model.notReadyReason.map { ": \($0)" } ?? ""
        throw Failure(text: "no transcript within \(seconds) s\(why)", code: "deadline-exceeded")
      }
      defer { group.cancelAll() }
      guard let transcript = try await group.next() else { throw CancellationError() }
      return transcript
    }
  }

  /// The language asked for if the model knows it, also where only a region is added to it ("en-US"); else the
  /// address's own.
  func language(for request: Session.Request) -> String? {
    request.language.flatMap(knownLanguage) ?? language
  }

  private func knownLanguage(_ asked: String) -> String? {
    guard !asked.isEmpty else { return nil }
    let known = model.languages
    if known.isEmpty || known.contains(asked) { return asked }
    guard let tag = LanguageTag(asked), known.contains(tag.language) else { return nil }
    return tag.script.map { "\(tag.language)-\($0)" } ?? tag.language
  }

  /// How long the utterance took and where; what was said only where that is asked for.
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
    if let language = transcript.language { metadata["language"] = "\(language)" }
    if logsTranscripts { metadata["text"] = "\(transcript.text)" }
    return metadata
  }

  private func rounded(_ value: Double, to parts: Double) -> Double { (value * parts).rounded() / parts }
}
