internal import Logging
internal import ModelStore
public import Recognition
public import WyomingProtocol

/// What is served on an address: a model, and how its answers are made.
public struct SpeechService: Sendable {
  public let recognizer: Recognizer
  /// What `describe` is answered with.
  public let program: SpeechProgram
  /// The language of utterances whose client names none that the model knows.
  public let language: String?
  /// Whether the log holds what was said.
  public let logsTranscripts: Bool

  public init(
    recognizer: Recognizer, program: SpeechProgram, language: String? = nil, logsTranscripts: Bool = false
  ) {
    self.recognizer = recognizer
    self.program = program
    self.language = language
    self.logsTranscripts = logsTranscripts
  }

  /// Why an utterance gets no transcript.
  struct Failure: Error {
    let text: String
    /// For programs.
    let code: String
  }

  /// The events that answer an utterance.
  func answer(
    _ utterance: Utterance, _ request: Session.Request, within seconds: Double, _ logger: Logger
  ) async throws -> [Event] {
    let language = self.language(for: request)
    let transcript = try await transcribe(utterance, language, within: seconds)
    logger.info("utterance", metadata: metadata(transcript))
    return Event.transcription(transcript.text, language: language)
  }

  private func transcribe(
    _ utterance: Utterance, _ language: String?, within seconds: Double
  ) async throws -> Transcript {
    try await withThrowingTaskGroup(of: Transcript.self) { group in
      group.addTask {
        do throws(RecognitionError) {
          return try await recognizer.transcribe(utterance, language: language)
        } catch {
          if case .cancelled = error { throw CancellationError() }
          throw Failure(text: error.description, code: "recognition-failed")
        }
      }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw Failure(text: "no transcript within \(seconds) s", code: "deadline-exceeded")
      }
      defer { group.cancelAll() }
      guard let transcript = try await group.next() else { throw CancellationError() }
      return transcript
    }
  }

  /// The language asked for if the model knows it, also where only a region is added to it ("en-US"); else the
  /// address's own.
  private func language(for request: Session.Request) -> String? {
    guard let asked = request.language else { return language }
    let known = recognizer.model.languages
    if known.isEmpty || known.contains(asked) { return asked }
    let primary = asked.prefix { $0 != "-" && $0 != "_" }.lowercased()
    return known.contains(primary) ? primary : language
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
    if logsTranscripts { metadata["text"] = "\(transcript.text)" }
    return metadata
  }

  private func rounded(_ value: Double, to parts: Double) -> Double { (value * parts).rounded() / parts }
}
