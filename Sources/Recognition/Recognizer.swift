public import Acceleration
public import ModelStore
internal import SpeechFeatures
internal import Synchronization
internal import Transducer

/// Speech recognition with one model: feed audio, finish, get a transcript.
///
/// Devices work on threads of their own, so that whoever waits for a transcript is never blocked. Utterances are
/// served in the order in which they finish; those that finish while the model is still loading wait for it.
public final class Recognizer: Sendable {
  public let model: ModelDirectory
  private let listening: ListeningSettings
  private let extractor: LogMelExtractor
  private let languages: SpokenLanguages
  private let engine: EngineStart
  private let count = Mutex(SpeculationCount())

  /// Seconds that go through an encoder of dynamic shape in one piece; its attention grows with the square of them.
  public static let windowSeconds = 60.0

  /// The model is not loaded yet; see ``prepare()``.
  ///
  /// - Parameters:
  ///   - forcesScript: Whether letters of scripts that a language is not written in are never emitted, where a language
  ///     is asked for.
  ///   - report: Is told what happens to model and devices, on any thread.
  public init(
    model: ModelDirectory, settings: ComputeSettings, listening: ListeningSettings = ListeningSettings(),
    forcesScript: Bool = true,
    report: @escaping @Sendable (RecognitionEvent) -> Void = { _ in }
  ) {
    self.model = model
    self.listening = listening
    extractor = LogMelExtractor(bandCount: model.configuration.bandCount)
    languages = SpokenLanguages(of: model, forcesScript: forcesScript, report: report)
    engine = EngineStart(model, settings, report)
  }

  /// Loads the model: seconds for a large one, a minute at its first start, when it is prepared for the device.
  public func prepare() async throws(RecognitionError) {
    try await engine.started()
  }

  /// How the devices are, from the best to the last resort; none before it is known which there are.
  public var devices: [DeviceReport] { engine.current?.encoders.devices.map(\.report) ?? [] }

  /// Reports, once, that a language was asked for that the model does not know.
  public func passOver(language: String) {
    languages.passOver(language)
  }

  /// Recognizes an utterance before it has ended; `nil` if that is not wanted.
  public func speculation() -> Speculation? {
    listening.attempts > 0 ? Speculation(self, attempts: listening.attempts) : nil
  }

  /// What came of such attempts so far.
  public var speculations: SpeculationCount { count.withLock { $0 } }

  func countStarted() {
    count.withLock { $0.started += 1 }
  }

  func countUsed(savedSeconds: Double) {
    count.withLock { count in
      count.used += 1
      count.savedSeconds += savedSeconds
    }
  }

  /// Asks whether the best device that works has nothing to do.
  var isQuiet: Bool {
    get async { await engine.current?.encoders.isQuiet ?? false }
  }

  /// A new utterance, to be fed where the audio arrives.
  public func utterance() -> Utterance {
    Utterance(extractor: extractor, listening)
  }

  /// Recognizes all that the utterance has heard.
  ///
  /// - Parameters:
  ///   - language: The language asked for, a BCP 47 tag.
  ///   - progress: Is told the part done, 0 to 1, after each window.
  public func transcribe(
    _ utterance: Utterance, language: String? = nil, progress: (@Sendable (Double) -> Void)? = nil
  ) async throws(RecognitionError) -> Transcript {
    try await transcribe(utterance, language: language, urgency: .wanted, progress: progress)
  }

  /// The same, before somebody waits for it.
  func transcribe(
    _ utterance: Utterance, language: String? = nil, urgency: Urgency,
    progress: (@Sendable (Double) -> Void)? = nil
  ) async throws(RecognitionError) -> Transcript {
    let clock = ContinuousClock()
    let start = clock.now
    let frames = utterance.frames()
    // Nobody has spoken: there is nothing to do.
    let span = utterance.span ?? 0..<0
    let finished = (clock.now - start).seconds
    let engine = try await engine.engine()
    let mask = languages.mask(for: language)
    var parts: [Part] = []
    do throws(DeviceFault) {
      for window in WindowPlan.windows(over: frames, span, limit: engine.encoders.limit) {
        let encoded = try await engine.encoders.encode(frames, window, urgency: urgency)
        let decoded = try await engine.decoder.decode(encoded.encoding, allowing: mask, urgency: urgency)
        parts.append(Part(window: window, encoded: encoded, decoded: decoded))
        progress?(Double(window.upperBound - span.lowerBound) / Double(span.count))
      }
    } catch {
      throw RecognitionError(error)
    }
    var transcript = Transcript(
      parts, model: model, audioSeconds: utterance.seconds,
      precision: parts.last.flatMap { engine.networks.precision(on: $0.encoded.accelerator) } ?? .auto)
    transcript.language = language ?? languages.language(of: transcript.text)
    transcript.isLanguageDetected = language == nil && transcript.language != nil
    transcript.timings.features = utterance.featureSeconds + finished
    transcript.timings.total = (clock.now - start).seconds
    return transcript
  }
}

/// What one window of an utterance gave.
private struct Part {
  var window: Range<Int>
  var encoded: EncoderAnswer
  var decoded: TokenDecoder.Answer
}

extension Transcript {
  /// Puts together what the windows of an utterance gave.
  fileprivate init(_ parts: [Part], model: ModelDirectory, audioSeconds: Double, precision: Precision) {
    let subsampling = model.configuration.subsampling
    var emissions: [Emission] = []
    var timings = Timings()
    for part in parts {
      let offset = part.window.lowerBound / subsampling
      emissions += part.decoded.decoding.emissions.map { emission in
        var emission = emission
        emission.frame += offset
        return emission
      }
      timings.encoder += part.encoded.seconds
      timings.decoder += part.decoded.seconds
      timings.decoderSteps += part.decoded.decoding.steps
    }
    let frameSeconds = Double(subsampling) / Double(LogMelExtractor.frameRate)
    self.init(
      spoken: SpokenText(
        emissions, vocabulary: model.vocabulary, frameSeconds: frameSeconds, limit: audioSeconds),
      audioSeconds: audioSeconds, timings: timings, device: parts.last?.encoded.device,
      bucket: parts.last?.encoded.shape.bucket?.seconds,
      isFromCache: parts.last?.encoded.isFromCache ?? false,
      detour: parts.lazy.compactMap(\.encoded.detour).first, precision: precision, model: model.name)
  }
}
