internal import Concurrency
public import Devices
public import Endpointing
internal import SpeechFeatures
internal import Synchronization
public import Transducer
internal import VoiceActivity

/// Speech recognition with one model, for live speech and recordings.
///
/// Devices work on their own threads, so waiting for a transcript never blocks a thread. Utterances are served in the
/// order in which they finish; those that finish while the model is still loading wait for it.
public final class Recognizer: Sendable {
  /// The model that recognizes.
  public let model: ModelDescription
  private let listening: ListeningSettings
  private let extractor: LogMelExtractor
  let languages: SpokenLanguages
  private let boosters: PhraseBoosters
  private let loader: EngineLoader
  private let count = Mutex(SpeculationCount())

  /// The fewest frames that the encoder gets, padded with silence: "yes" alone is taken for part of a longer phrase.
  private static let shortestWindow = 100

  /// Creates a recognizer whose model is not loaded yet; see ``prepare()``.
  ///
  /// - Parameter onUnknownLanguage: Called on an arbitrary thread, once for each requested language that the model does
  ///   not know.
  public init(
    model: ModelDescription, loader: EngineLoader, listening: ListeningSettings = ListeningSettings(),
    onUnknownLanguage: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.model = model
    self.listening = listening
    self.loader = loader
    extractor = LogMelExtractor(bandCount: model.bandCount)
    boosters = PhraseBoosters(for: model.vocabulary)
    languages = SpokenLanguages(
      of: model, forcesScript: listening.forcesScript, onUnknown: onUnknownLanguage)
  }

  /// Loads the model. A large one takes seconds, and a minute at its first start, when it is prepared for the device.
  public func prepare() async throws(DeviceError) {
    try await loader.started()
  }

  /// The state of each device, from the most to the least preferred; empty until the devices are known.
  public var devices: [DeviceReport] { loader.current?.encoders.devices.map(\.report) ?? [] }

  /// Reports, once, a requested language that the model does not know.
  public func reportUnsupported(language: String) {
    languages.reportUnsupported(language)
  }

  /// Begins an utterance of live speech, to be fed as the audio arrives.
  ///
  /// - Parameters:
  ///   - context: What is known about the utterance so far.
  ///   - times: The times after which the utterance ends; `nil` if the client ends it. Voice activity must be on.
  ///   - onSegment: Called with each segment that is final before the utterance has ended, in order.
  public func listen(
    in context: SpeechContext = SpeechContext(), endingAfter times: EndpointTimes? = nil,
    onSegment: @escaping @Sendable (SpokenText) -> Void = { _ in }
  ) -> LiveTranscription {
    let search = times.map { EndpointSearch($0, trailingPad: listening.activity.trailingPad) }
    let attempts =
      search == nil || listening.attempts == 0
      ? listening.attempts : max(listening.attempts, EndpointSearch.attempts)
    return LiveTranscription(
      self, utterance(), in: context, attempts: attempts, search: search, onSegment: onSegment)
  }

  /// Begins the transcription of a recording, to be fed as it is read.
  ///
  /// - Parameter context: What is known about the recording.
  public func transcription(
    in context: SpeechContext = SpeechContext()
  ) async throws(DeviceError) -> Transcription {
    try await Transcription(self, utterance(), in: context)
  }

  /// Transcribes a complete recording.
  ///
  /// - Parameters:
  ///   - samples: 16 kHz, mono, in [-1, 1].
  ///   - context: What is known about the recording.
  public func transcribe(
    _ samples: [Float], in context: SpeechContext = SpeechContext()
  ) async throws(DeviceError) -> Transcript {
    var transcription = try await transcription(in: context)
    try await transcription.append(samples)
    return try await transcription.finish()
  }

  private func utterance() -> Utterance {
    Utterance(extractor: extractor, listening)
  }

  /// The counters of attempts to recognize utterances before they ended.
  public var speculations: SpeculationCount { count.withLock { $0 } }
}

extension Recognizer: WindowRecognizer {
  var windowLimit: Int? { loader.current?.windowLimit }

  func knownWindowLimit() async throws(DeviceError) -> Int {
    try await loader.engine().windowLimit
  }

  var isQuiet: Bool {
    get async { await loader.current?.encoders.isQuiet ?? false }
  }

  func recognize(
    _ window: Window, of frames: LogMelFrames, in context: SpeechContext, priority: WorkPriority
  ) async throws(DeviceError) -> WindowResult {
    let engine = try await loader.engine()
    async let booster = boosters.booster(for: context.phrases)
    let mask = languages.mask(for: context.language)
    let (padded, range) = frames.amplified(window.frames, upTo: listening.maximumGain)
      .padded(window.frames, to: min(Self.shortestWindow, engine.windowLimit))
    let encoded = try await engine.encoders.encode(padded, range, priority: priority)
    let decoded = try await engine.decoder.decode(
      encoded.encoding,
      preferring: TokenPreferences(
        mask: mask, booster: await booster, rescuesNames: listening.rescuesNames), priority: priority)
    return WindowResult(
      window: window,
      emissions: decoded.decoding.emissions(
        from: window.frames.lowerBound / model.subsampling),
      encoderSeconds: encoded.seconds, decoderSeconds: decoded.seconds,
      decoderSteps: decoded.decoding.steps, boostedTokens: decoded.decoding.boosted, device: encoded.device,
      bucket: encoded.shape.bucket?.seconds, isFromCache: encoded.isFromCache,
      fallbackReason: encoded.fallbackReason,
      precision: engine.networks.precision(on: encoded.accelerator) ?? .auto)
  }

  func countStarted() {
    count.withLock { $0.started += 1 }
  }

  func countUsed(savedSeconds: Double) {
    count.withLock { count in
      count.used += 1
      count.savedSeconds += savedSeconds
    }
  }
}

extension Decoding {
  /// Returns the emissions with their frames shifted by `frame`.
  fileprivate func emissions(from frame: Int) -> [Emission] {
    emissions.map { emission in
      var emission = emission
      emission.frame += frame
      return emission
    }
  }
}
