/// Where somebody speaks, as far as the audio is known.
///
/// All positions are samples from the beginning, and multiples of a frame's hop (160).
public struct VoiceActivity: Sendable, Equatable {
  /// The stretches of speech, in order; pauses lie between them. The last one may still grow.
  public internal(set) var segments: [Range<Int>] = []
  /// The samples of which it is known whether they are speech: somewhat fewer than came in.
  public internal(set) var judgedSampleCount = 0

  /// Where speech begins.
  public var speechStart: Int? { segments.first?.lowerBound }

  /// Where the last speech ends.
  public var speechEnd: Int? { segments.last?.upperBound }

  /// Seconds of silence since the last speech; nil where there was none.
  public var silence: Double? {
    speechEnd.map { Double(judgedSampleCount - $0) / Double(VoiceActivityDetector.sampleRate) }
  }

  /// The quiet between two segments of speech, in order.
  public var pauses: [Range<Int>] {
    zip(segments, segments.dropFirst()).map { $0.upperBound..<$1.lowerBound }
  }
}
