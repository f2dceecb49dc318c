/// The segments of speech found in the audio so far.
///
/// All positions are sample indices from the beginning of the audio, and multiples of a frame's hop (160).
public struct VoiceActivity: Sendable, Equatable {
  /// The segments of speech, in order, separated by pauses. The last one can still grow.
  public internal(set) var segments: [Range<Int>] = []
  /// The sample after the last speech that is nearly as loud as the loudest; `nil` if there is no speech. Speech after it
  /// is a weaker voice, or the same one much softer.
  public internal(set) var voiceEnd: Int?
  /// The sample after the last moment of speech that loud, which may turn out to be the voice; `nil` if there is none.
  public internal(set) var loudEnd: Int?
  /// The sample after the last sound, which may turn out to be speech; `nil` if there was none.
  public internal(set) var soundEnd: Int?
  /// The number of samples already classified: somewhat fewer than were received.
  public internal(set) var judgedSampleCount = 0

  /// The first sample of speech; `nil` if there is none.
  public var speechStart: Int? { segments.first?.lowerBound }

  /// The sample after the last speech; `nil` if there is none.
  public var speechEnd: Int? { segments.last?.upperBound }

  /// The silence since the last speech, in seconds; `nil` if there was no speech.
  public var silence: Double? {
    speechEnd.map { Double(judgedSampleCount - $0) / Double(VoiceActivityDetector.sampleRate) }
  }

  /// The ranges of quiet between two segments of speech, in order.
  public var pauses: [Range<Int>] {
    zip(segments, segments.dropFirst()).map { $0.upperBound..<$1.lowerBound }
  }
}
