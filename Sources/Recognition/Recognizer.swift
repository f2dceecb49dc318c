internal import Inference
public import ModelStore
internal import SpeechFeatures
internal import Transducer

/// Speech recognition with one model on one device: feed audio, finish, get a transcript.
///
/// It works on a thread of its own, so that whoever waits for it is never blocked. Utterances are served in the
/// order in which they finish; those that finish while the model is still loading wait for it.
public final class Recognizer: Sendable {
  public let model: ModelDirectory
  private let settings: ComputeSettings
  private let extractor: LogMelExtractor
  private let device = DeviceThread<SpeechNetworks?> { nil }

  /// Seconds that go through the encoder in one piece; its attention grows with the square of them.
  public static let windowSeconds = 60.0

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
    report: @escaping @Sendable (PreparationEvent) -> Void = { _ in }
  ) async throws(RecognitionError) {
    try await device.run { [model, settings] networks, _ throws(RecognitionError) in
      guard networks == nil else { return }
      networks = try SpeechNetworks.load(model, settings: settings, report: report)
    }
  }

  /// Recognizes two seconds of silence: a network's first run takes several times as long as those after it.
  public func warmUp() async throws(RecognitionError) {
    var utterance = utterance()
    utterance.append([Float](repeating: 0, count: 2 * LogMelExtractor.sampleRate))
    _ = try await transcribe(utterance)
  }

  /// A new utterance, to be fed where the audio arrives.
  public func utterance() -> Utterance {
    Utterance(extractor: extractor)
  }

  /// Recognizes all that the utterance has heard.
  ///
  /// - Parameters:
  ///   - language: The language asked for, a BCP 47 tag.
  ///   - progress: Is told the part done, 0 to 1, after each window.
  public func transcribe(
    _ utterance: Utterance, language: String? = nil, progress: (@Sendable (Double) -> Void)? = nil
  ) async throws(RecognitionError) -> Transcript {
    let clock = ContinuousClock()
    let start = clock.now
    let frames = utterance.frames()
    let finished = (clock.now - start).seconds
    var transcript = try await device.run { [model] networks, isWanted throws(RecognitionError) in
      // Not bound to a name: the networks are used where they are, and never copied.
      guard networks != nil else { throw .notPrepared }
      var answers: [(window: Range<Int>, answer: SpeechNetworks.Answer)] = []
      let limit = Int(Self.windowSeconds) * LogMelExtractor.frameRate
      for window in WindowPlan.windows(over: frames, limit: limit) {
        guard isWanted() else { throw .cancelled }
        guard let answer = try networks?.recognize(frames, window) else { throw .notPrepared }
        answers.append((window, answer))
        progress?(Double(window.upperBound) / Double(frames.count))
      }
      return Transcript(
        answers, model: model, audioSeconds: utterance.seconds, precision: networks?.precision ?? .auto)
    }
    transcript.language = language
    transcript.timings.features = utterance.featureSeconds + finished
    transcript.timings.total = (clock.now - start).seconds
    return transcript
  }
}

extension Transcript {
  /// Puts together what the windows of an utterance gave.
  fileprivate init(
    _ answers: [(window: Range<Int>, answer: SpeechNetworks.Answer)], model: ModelDirectory,
    audioSeconds: Double, precision: Precision
  ) {
    let subsampling = model.configuration.subsampling
    var emissions: [Emission] = []
    var timings = Timings()
    for (window, answer) in answers {
      let offset = window.lowerBound / subsampling
      emissions += answer.emissions.map { emission in
        var emission = emission
        emission.frame += offset
        return emission
      }
      timings.encoder += answer.encoderSeconds
      timings.decoder += answer.decoderSeconds
      timings.decoderSteps += answer.decoderSteps
    }
    let frameSeconds = Double(subsampling) / Double(LogMelExtractor.frameRate)
    self.init(
      spoken: SpokenText(
        emissions, vocabulary: model.vocabulary, frameSeconds: frameSeconds, limit: audioSeconds),
      audioSeconds: audioSeconds, timings: timings, device: answers.last?.answer.device, precision: precision,
      model: model.name)
  }
}
