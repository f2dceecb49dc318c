internal import Acceleration
internal import SpeechFeatures

/// What somebody says, while it comes in: its log-mel frames are computed with each piece of audio, and whether he
/// still speaks.
public struct Utterance: Sendable {
  private var extractor: LogMelExtractor
  private var watch: SpeechWatch
  /// Seconds that went into the features so far.
  private(set) var featureSeconds = 0.0

  /// Shorter audio is padded with silence to this many frames: "yes" is an utterance, too.
  private static let minimumFrames = 10

  init(extractor: LogMelExtractor, _ settings: ListeningSettings) {
    self.extractor = extractor
    watch = SpeechWatch(settings, bandCount: extractor.frames.bandCount)
  }

  /// Seconds of audio that came in.
  public var seconds: Double { Double(extractor.sampleCount) / Double(LogMelExtractor.sampleRate) }

  /// Takes the next samples: 16 kHz, mono, in [-1, 1].
  public mutating func append(_ samples: [Float]) {
    let clock = ContinuousClock()
    let start = clock.now
    extractor.append(samples.span)
    watch.follow(extractor.frames)
    featureSeconds += (clock.now - start).seconds
  }

  /// The frames of all that came in; none if nothing did.
  func frames() -> LogMelFrames {
    guard extractor.sampleCount > 0 else { return extractor.frames }
    return extractor.finished(minimum: Self.minimumFrames)
  }

  /// The frames that are recognized if the utterance ends now; `nil` if nobody has spoken.
  var span: Range<Int>? {
    guard extractor.sampleCount > 0, let samples = watch.selection(of: extractor.sampleCount)?.samples else {
      return nil
    }
    let end = max(extractor.frameCount, Self.minimumFrames)
    if samples.upperBound >= extractor.sampleCount, samples.lowerBound == 0 { return 0..<end }
    // Whole encoder frames are cut off at the beginning, so that times stay exact.
    let first = samples.lowerBound / LogMelExtractor.hop / Self.alignment * Self.alignment
    let last = min(end, (samples.upperBound + LogMelExtractor.hop - 1) / LogMelExtractor.hop)
    return min(first, max(0, last - Self.minimumFrames))..<last
  }

  /// Feature frames to an encoder frame, of all models there are.
  private static let alignment = 8

  /// Whether the span stays as it is while silence follows, and all its frames are there.
  var isSettled: Bool {
    guard let span, let samples = watch.selection(of: extractor.sampleCount) else { return false }
    return samples.isSettled && span.upperBound <= extractor.frames.count
  }
}
