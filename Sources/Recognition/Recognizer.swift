internal import Concurrency
public import Devices
internal import SpeechFeatures
internal import Synchronization
public import Transducer

/// Speech recognition with one model: listen to somebody, or transcribe a recording.
///
/// Devices work on threads of their own, so that whoever waits for a transcript is never blocked. Utterances are
/// served in the order in which they finish; those that finish while the model is still loading wait for it.
public final class Recognizer: Sendable {
  public let model: ModelDescription
  private let listening: ListeningSettings
  private let extractor: LogMelExtractor
  let languages: SpokenLanguages
  private let loader: EngineLoader
  private let count = Mutex(SpeculationCount())

  /// Frames that the encoder is given at least, the last ones silent: "yes" alone is heard as a piece of something longer.
  private static let shortestWindow = 100

  /// Creates a recognizer whose model is not loaded yet; see ``prepare()``.
  ///
  /// - Parameter onUnknownLanguage: Called on any thread, once for each requested language that the model does not know.
  public init(
    model: ModelDescription, loader: EngineLoader, listening: ListeningSettings = ListeningSettings(),
    onUnknownLanguage: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.model = model
    self.listening = listening
    self.loader = loader
    extractor = LogMelExtractor(bandCount: model.bandCount)
    languages = SpokenLanguages(
      of: model, forcesScript: listening.forcesScript, onUnknown: onUnknownLanguage)
  }

  /// Loads the model: seconds for a large one, a minute at its first start, when it is prepared for the device.
  public func prepare() async throws(DeviceError) {
    try await loader.started()
  }

  /// How the devices are, from the best to the last resort; none before it is known which there are.
  public var devices: [DeviceReport] { loader.current?.encoders.devices.map(\.report) ?? [] }

  /// Reports, once, that a language was asked for that the model does not know.
  public func reportUnsupported(language: String) {
    languages.reportUnsupported(language)
  }

  /// A new utterance of somebody who speaks now, to be fed as the audio arrives.
  ///
  /// - Parameters:
  ///   - language: The language asked for so far, a BCP 47 tag.
  ///   - onSegment: Is told each segment that is final before the utterance has ended, in their order.
  public func listen(
    language: String? = nil, onSegment: @escaping @Sendable (SpokenText) -> Void = { _ in }
  ) -> LiveTranscription {
    LiveTranscription(
      self, utterance(), language: language, attempts: listening.attempts, onSegment: onSegment)
  }

  /// A new recording, to be fed as it is read.
  ///
  /// - Parameter language: The language asked for, a BCP 47 tag.
  public func transcription(language: String? = nil) async throws(DeviceError) -> Transcription {
    try await Transcription(self, utterance(), language: language)
  }

  /// Transcribes a recording that is there as a whole.
  ///
  /// - Parameters:
  ///   - samples: 16 kHz, mono, in [-1, 1].
  ///   - language: The language asked for, a BCP 47 tag.
  public func transcribe(
    _ samples: [Float], language: String? = nil
  ) async throws(DeviceError) -> Transcript {
    var transcription = try await transcription(language: language)
    try await transcription.append(samples)
    return try await transcription.finish()
  }

  private func utterance() -> Utterance {
    Utterance(extractor: extractor, listening)
  }

  /// What came of recognizing utterances before they had ended.
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
    _ window: Window, of frames: LogMelFrames, language: String?, priority: WorkPriority
  ) async throws(DeviceError) -> WindowResult {
    let engine = try await loader.engine()
    let mask = languages.mask(for: language)
    let (heard, range) = frames.amplified(window.frames, upTo: listening.maximumGain)
      .padded(window.frames, to: min(Self.shortestWindow, engine.windowLimit))
    let encoded = try await engine.encoders.encode(heard, range, priority: priority)
    let decoded = try await engine.decoder.decode(encoded.encoding, allowing: mask, priority: priority)
    return WindowResult(
      window: window,
      emissions: decoded.decoding.emissions(
        from: window.frames.lowerBound / model.subsampling),
      encoderSeconds: encoded.seconds, decoderSeconds: decoded.seconds,
      decoderSteps: decoded.decoding.steps, device: encoded.device,
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
  /// The emissions, counted from an encoder frame on.
  fileprivate func emissions(from frame: Int) -> [Emission] {
    emissions.map { emission in
      var emission = emission
      emission.frame += frame
      return emission
    }
  }
}
