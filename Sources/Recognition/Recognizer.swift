internal import Inference
public import ModelStore
internal import SpeechFeatures
internal import Transducer

/// Speech recognition with one model on one device: feed audio, finish, get a transcript.
///
/// It runs on a thread of its own, so that whoever waits for it is never blocked. Utterances are served in the
/// order in which they finish; those that finish while the model is still loading wait for it.
public actor Recognizer {
  public nonisolated let model: ModelDirectory
  private nonisolated let settings: ComputeSettings
  private nonisolated let extractor: LogMelExtractor
  private nonisolated let thread = InferenceThread()
  private var networks: SpeechNetworks?

  /// Seconds that go through the encoder in one piece; its attention grows with the square of them.
  public static let windowSeconds = 60.0

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    thread.asUnownedSerialExecutor()
  }

  /// The model is not loaded yet; see ``prepare()``.
  public init(model: ModelDirectory, settings: ComputeSettings) {
    self.model = model
    self.settings = settings
    extractor = LogMelExtractor(bandCount: model.configuration.bandCount)
  }

  /// Loads the model: seconds for a large one, a minute at its first start, when it is prepared for the device.
  ///
  /// - Parameter report: Is told when such a preparation begins and ends.
  public func prepare(
    report: @Sendable (PreparationEvent) -> Void = { _ in }
  ) throws(RecognitionError) {
    guard networks == nil else { return }
    networks = try SpeechNetworks.load(model, settings: settings, report: report)
  }

  /// Recognizes two seconds of silence: a network's first run takes several times as long as those after it.
  public func warmUp() throws(RecognitionError) {
    var utterance = utterance()
    utterance.append([Float](repeating: 0, count: 2 * LogMelExtractor.sampleRate))
    _ = try recognize(utterance.frames(), audioSeconds: utterance.seconds, progress: nil)
  }

  /// A new utterance, to be fed where the audio arrives.
  public nonisolated func utterance() -> Utterance {
    Utterance(extractor: extractor)
  }

  /// Recognizes all that the utterance has heard.
  ///
  /// - Parameters:
  ///   - language: The language asked for, a BCP 47 tag.
  ///   - progress: Is told the part done, 0 to 1, after each window.
  public nonisolated func transcribe(
    _ utterance: Utterance, language: String? = nil, progress: (@Sendable (Double) -> Void)? = nil
  ) async throws(RecognitionError) -> Transcript {
    let clock = ContinuousClock()
    let start = clock.now
    let frames = utterance.frames()
    let finished = (clock.now - start).seconds
    var transcript = try await recognize(frames, audioSeconds: utterance.seconds, progress: progress)
    transcript.language = language
    transcript.timings.features = utterance.featureSeconds + finished
    transcript.timings.total = (clock.now - start).seconds
    return transcript
  }

  private func recognize(
    _ frames: LogMelFrames, audioSeconds: Double, progress: (@Sendable (Double) -> Void)?
  ) throws(RecognitionError) -> Transcript {
    guard let precision = networks?.precision else { throw .notPrepared }
    var transcript = Transcript(
      spoken: SpokenText(), audioSeconds: audioSeconds, timings: Transcript.Timings(), precision: precision,
      model: model.name)
    let subsampling = model.configuration.subsampling
    let limit = Int(Self.windowSeconds) * LogMelExtractor.frameRate
    var emissions: [Emission] = []
    for window in WindowPlan.windows(over: frames, limit: limit) {
      guard !Task.isCancelled else { throw .cancelled }
      guard let answer = try recognize(frames, window) else { throw .notPrepared }
      let offset = window.lowerBound / subsampling
      emissions += answer.emissions.map { emission in
        var emission = emission
        emission.frame += offset
        return emission
      }
      transcript.timings.encoder += answer.encoderSeconds
      transcript.timings.decoder += answer.decoderSeconds
      transcript.timings.decoderSteps += answer.decoderSteps
      transcript.device = networks?.device
      progress?(Double(window.upperBound) / Double(frames.count))
    }
    let frameSeconds = Double(subsampling) / Double(LogMelExtractor.frameRate)
    transcript.spoken = SpokenText(
      emissions, vocabulary: model.vocabulary, frameSeconds: frameSeconds, limit: audioSeconds)
    return transcript
  }

  private func recognize(
    _ frames: LogMelFrames, _ window: Range<Int>
  ) throws(RecognitionError) -> SpeechNetworks.Answer? {
    do throws(InferenceError) {
      return try networks?.recognize(frames, window)
    } catch {
      throw .inference(error)
    }
  }
}
