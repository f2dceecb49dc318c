internal import Concurrency
internal import Devices
public import Endpointing
internal import Languages
public import Logging
public import Names
public import Recognition
public import StatusReport
public import Telemetry
public import Transducer
public import Wording

/// The service on an address: a model, and the form of its transcripts. All protocols use it.
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
  /// The metrics of the server.
  public let metrics: SpeechMetrics

  /// Creates the service of an address.
  public init(
    model: ServedRecognizer, language: String? = nil, names: NameBook = NameBook(),
    wording: Wording = Wording(), endpointing: EndpointTimes? = nil, logsTranscripts: Bool = false,
    metrics: SpeechMetrics = SpeechMetrics()
  ) {
    self.model = model
    self.language = language
    self.names = names
    self.wording = wording
    self.endpointing = endpointing
    self.logsTranscripts = logsTranscripts
    self.metrics = metrics
  }

  /// The state of the model, its devices and the names.
  public var status: ServerStatus {
    var status = model.status
    status.names = ServerStatus.Names(names)
    return status
  }

  /// Transcribes an utterance that has ended, and writes it to the log and the metrics.
  ///
  /// - Parameters:
  ///   - language: The language that the client asked for.
  ///   - client: The protocol of the client.
  ///   - seconds: The longest time to wait for the transcript, in seconds.
  /// - Throws: ``ServingError``, or `CancellationError` if the client has gone.
  public func answer(
    _ audio: UtteranceAudio, language: String?, for client: SpeechMetrics.ClientProtocol,
    within seconds: Double, _ logger: Logger
  ) async throws -> Transcript {
    try await counted(for: client) {
      let transcript = try await transcribe(audio, within: seconds)
      return answered(transcript, language: language, for: client, logger)
    }
  }

  /// Transcribes a recording while it is read, and writes it to the log and the metrics.
  ///
  /// - Parameters:
  ///   - context: What is known about the recording.
  ///   - asked: The language that the client asked for.
  ///   - client: The protocol of the client.
  ///   - seconds: The longest time to wait for the model, in seconds.
  ///   - read: Feeds the transcription with all samples of the recording, and returns the time at which the last of
  ///     them came from the client.
  /// - Throws: ``ServingError``, `CancellationError` if the client has gone, or an error of `read`.
  public func transcribe(
    in context: SpeechContext, language asked: String?, for client: SpeechMetrics.ClientProtocol,
    within seconds: Double,
    _ logger: Logger, _ read: (inout Transcription) async throws -> ContinuousClock.Instant
  ) async throws -> Transcript {
    try await counted(for: client) {
      let recognizer = try await recognizer(within: seconds)
      do {
        var transcription = try await recognizer.transcription(in: context)
        let end = try await read(&transcription)
        var transcript = try await transcription.finish()
        transcript.timings.total = end.duration(to: .now).seconds
        return answered(transcript, language: asked, for: client, logger)
      } catch let error as DeviceError {
        throw Self.error(error)
      }
    }
  }

  /// Returns the text of the beginning of a transcript; the whole transcript will begin with it.
  ///
  /// - Parameters:
  ///   - segments: All final segments.
  ///   - language: The language of the request.
  ///   - client: The protocol of the client.
  /// - Returns: The text; `nil` if it cannot be worded before the language is known.
  public func beginning(
    _ segments: [SpokenText], language: String?, for client: SpeechMetrics.ClientProtocol
  ) -> String? {
    let languages = model.card.languages
    let wording = wording(for: client)
    guard !wording.dependsOnLanguage || language != nil || languages.count < 2 else { return nil }
    let worded = wording.apply(to: segments, language: language, languages: languages, isWhole: false)
    return SpokenText(joining: worded).text
  }

  /// Returns what is known about an utterance.
  ///
  /// - Parameters:
  ///   - asked: The language that the client asked for. It counts if the model supports it, also with an added region
  ///     ("en-US"); otherwise the language of the address does.
  ///   - phrases: The names that the client expects.
  ///   - names: The names of the home when the utterance began.
  public func context(
    language asked: String?, phrases: [BoostedPhrase], names: [BoostedPhrase]
  ) -> SpeechContext {
    SpeechContext(language: asked.flatMap(knownLanguage) ?? language, phrases: phrases + names)
  }

  private func knownLanguage(_ asked: String) -> String? {
    guard !asked.isEmpty else { return nil }
    let known = model.card.languages
    if known.isEmpty || known.contains(asked) { return asked }
    guard let tag = LanguageTag(asked), known.contains(tag.language) else { return nil }
    return tag.script.map { "\(tag.language)-\($0)" } ?? tag.language
  }

  /// Counts an utterance that waits for its transcript, and one that does not get it.
  private func counted<Value>(
    for client: SpeechMetrics.ClientProtocol, _ work: () async throws -> Value
  ) async throws -> Value {
    metrics.changeWaiting(by: 1)
    defer { metrics.changeWaiting(by: -1) }
    do {
      return try await work()
    } catch {
      switch error {
      case ServingError.late: metrics.unanswered(client, .late)
      case is CancellationError: metrics.unanswered(client, .cancelled)
      default: metrics.unanswered(client, .failed)
      }
      throw error
    }
  }

  private func transcribe(_ audio: UtteranceAudio, within seconds: Double) async throws -> Transcript {
    try await limited(to: seconds) {
      let recognizer = try await model.awaited()
      do throws(DeviceError) {
        return try await audio.transcript(by: recognizer)
      } catch {
        throw Self.error(error)
      }
    }
  }

  private func recognizer(within seconds: Double) async throws -> Recognizer {
    if let recognizer = model.recognizer { return recognizer }
    return try await limited(to: seconds) { try await model.awaited() }
  }

  /// Does work that must end in time.
  private func limited<Value: Sendable>(
    to seconds: Double, _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await Concurrency.limited(until: .now + .seconds(seconds)) {
      ServingError.late(seconds: seconds, why: model.notReadyReason)
    } _: {
      try await work()
    }
  }

  /// Returns the wording for a client: numbers are only in digits by themselves for Home Assistant, which speaks Wyoming.
  private func wording(for client: SpeechMetrics.ClientProtocol) -> Wording {
    var wording = wording
    if wording.numbers == .auto, client != .wyoming { wording.numbers = .words }
    return wording
  }

  private static func error(_ error: DeviceError) -> any Error {
    if case .cancelled = error { return CancellationError() }
    return ServingError.notRecognized(why: error.description)
  }

  /// Words a transcript, and writes it to the log and the metrics.
  private func answered(
    _ transcript: Transcript, language asked: String?, for client: SpeechMetrics.ClientProtocol,
    _ logger: Logger
  ) -> Transcript {
    let transcript = transcript.worded(wording(for: client), languages: model.card.languages)
    if let asked, knownLanguage(asked) == nil { model.recognizer?.reportUnsupported(language: asked) }
    names.count(boostedTokens: transcript.boostedTokens)
    logger.info("utterance", metadata: transcript.logMetadata(withText: logsTranscripts))
    metrics.answered(SpeechMetrics.Answer(transcript, for: client))
    return transcript
  }
}
