internal import Audio
internal import Endpointing
internal import Logging
internal import Names
internal import OpenAIProtocol
internal import Recognition
internal import Serving
internal import Transducer

/// The reading side of a realtime socket, which carries out the session's actions.
struct RealtimeHearing: ~Copyable {
  private let application: HTTPApplication
  private let session: SharedSession
  private let writer: SocketWriter
  private let queue: RealtimeConnection.Queue
  private var utterance: UtteranceIntake?
  private var service: SpeechService
  private var settings: RealtimeSettings
  private var context = SpeechContext()
  /// The number of utterances that have begun.
  private var count = 0
  /// The duration of the utterance so far, in seconds.
  private var seconds = 0.0
  private var hasReportedVoice = false

  init(
    _ application: HTTPApplication, _ session: SharedSession, _ writer: SocketWriter,
    _ queue: RealtimeConnection.Queue
  ) {
    self.application = application
    self.session = session
    self.writer = writer
    self.queue = queue
    settings = session.update { $0.settings }
    service = (try? application.models.service(for: settings.model)) ?? application.models.standard
  }

  /// True if an utterance has begun.
  var isListening: Bool { utterance != nil }

  /// Handles a message.
  mutating func take(_ message: [UInt8]) async throws {
    let models = application.models
    let actions = session.update { session in
      session.receive(message) { settings throws(APIError) in _ = try models.service(for: settings.model) }
    }
    for action in actions {
      switch action {
      case .send(let event): try await writer.send([event])
      case .configure: try configure()
      case .append(let audio):
        // In pieces of 20 ms: what follows the end of an utterance is the beginning of the next.
        var rest = audio[...]
        while !rest.isEmpty {
          let piece = rest.prefix(2 * settings.sampleRate / 50)
          try await append(Array(piece))
          rest = rest.dropFirst(piece.count)
        }
      case .commit: try await commit()
      case .clear:
        drop()
        try await writer.send([session.update { $0.cleared() }])
      }
    }
  }

  private mutating func configure() throws {
    settings = session.update { $0.settings }
    service = try application.models.service(for: settings.model)
    context = context(names: service.names.phrases)
    let times = times
    utterance?.expect(context, endingAfter: times)
  }

  private func context(names: [BoostedPhrase]) -> SpeechContext {
    service.context(language: settings.language, phrases: settings.names.phrases, names: names)
  }

  /// The times after which an utterance ends; `nil` if the client ends it.
  private var times: EndpointTimes? {
    let usual = service.endpointing ?? EndpointTimes()
    switch settings.turnDetection {
    case .none: return nil
    case .speech(let patience): return usual.scaled(by: patience)
    case .silence(let seconds):
      var times = usual
      (times.complete, times.undecided, times.open) = (seconds, seconds, seconds)
      return times
    }
  }

  private mutating func append(_ audio: [UInt8]) async throws {
    if utterance == nil { begin() }
    let model = service.model
    utterance?.arrived(model.recognizer)
    seconds += Double(audio.count / 2) / Double(settings.sampleRate)
    let end: Double?
    do throws(AudioError) {
      let format = try PCMFormat(sampleRate: settings.sampleRate, bytesPerSample: 2, channels: 1)
      end = try await utterance?.append(audio, format)
    } catch {
      drop()
      try await refuse(error)
      return
    }
    if settings.turnDetection != .none, !hasReportedVoice, let start = utterance?.speechStart {
      hasReportedVoice = true
      try await writer.send([session.update { $0.speechStarted(at: start) }])
    }
    if let end {
      try await heardEnd(at: end)
    } else if seconds >= application.limits.utteranceSeconds {
      application.logger.warning(
        "ended an utterance that became too long",
        metadata: ["seconds": "\(application.limits.utteranceSeconds)"])
      try await finish()
    }
  }

  private mutating func begin() {
    count += 1
    seconds = 0
    hasReportedVoice = false
    context = context(names: service.names.phrases)
    let item = session.update { $0.item }
    session.begin(count, service, item)
    let language = context.language
    utterance = UtteranceIntake(for: service.model.recognizer, in: context, endingAfter: times) {
      [queue, count] segment in
      queue.appendPartial(segment, of: count, in: language)
    }
  }

  private mutating func heardEnd(at end: Double) async throws {
    // A session listens without end: silence is no utterance.
    guard hasReportedVoice else { return drop() }
    try await writer.send([session.update { $0.speechStopped(at: end) }])
    try await finish()
  }

  private mutating func commit() async throws {
    guard utterance != nil else {
      let error = APIError(400, "There is no audio to commit.", code: "input_audio_buffer_commit_empty")
      return try await writer.send([session.update { $0.failure(error) }])
    }
    try await finish()
  }

  private mutating func finish() async throws {
    guard let ended = utterance.take() else { return }
    let (item, events) = session.update { $0.commit() }
    try await writer.send(events)
    let audio: UtteranceAudio
    do throws(AudioError) {
      audio = try ended.finished()
    } catch {
      return try await refuse(error)
    }
    writer.beginAnswer()
    try await queue.append(
      count, audio,
      RealtimeConnection.Request(item: item, service: service, language: settings.language))
  }

  private mutating func drop() {
    utterance = nil
  }

  private func refuse(_ error: AudioError) async throws {
    let reason = APIError(400, error.description, param: "audio")
    try await writer.send([session.update { $0.failure(reason) }])
  }
}
