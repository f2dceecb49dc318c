internal import Acceleration
internal import SpeechFeatures

/// What somebody says, while it comes in: its log-mel frames are computed with each piece of audio.
public struct Utterance: Sendable {
  private var extractor: LogMelExtractor
  /// Seconds that went into the features so far.
  private(set) var featureSeconds = 0.0

  /// Shorter audio is padded with silence to this many frames: "yes" is an utterance, too.
  private static let minimumFrames = 10

  init(extractor: LogMelExtractor) {
    self.extractor = extractor
  }

  /// Seconds of audio that came in.
  public var seconds: Double { Double(extractor.sampleCount) / Double(LogMelExtractor.sampleRate) }

  /// Takes the next samples: 16 kHz, mono, in [-1, 1].
  public mutating func append(_ samples: [Float]) {
    let clock = ContinuousClock()
    let start = clock.now
    extractor.append(samples.span)
    featureSeconds += (clock.now - start).seconds
  }

  /// The frames of all that came in; none if nothing did.
  func frames() -> LogMelFrames {
    guard extractor.sampleCount > 0 else { return extractor.frames }
    return extractor.finished(minimum: Self.minimumFrames)
  }
}
