/// What of an utterance is transcribed: all that lies between first and last speech, and a pad around it.
///
/// It depends on nothing but the audio. Once ``isSettled``, more silence does not change it.
public struct SpeechSpan: Sendable, Equatable {
  /// The samples, at most as many as the utterance has.
  public let samples: Range<Int>
  /// Whether all of the pad after the last speech is there.
  public let isSettled: Bool

  /// Nil if there is no speech.
  ///
  /// - Parameters:
  ///   - activity: What the detector found.
  ///   - sampleCount: The utterance's samples so far, at least ``VoiceActivity/judgedSampleCount``.
  ///   - settings: The pads.
  public init?(
    _ activity: VoiceActivity, sampleCount: Int, settings: VoiceActivitySettings = .standard
  ) {
    guard let start = activity.speechStart, let end = activity.speechEnd else { return nil }
    let hop = VoiceActivityDetector.hop
    let rate = Double(VoiceActivityDetector.sampleRate) / Double(hop)
    let paddedStart = max(0, start - Int((settings.leadingPad * rate).rounded()) * hop)
    let paddedEnd = end + Int((settings.trailingPad * rate).rounded()) * hop
    samples = paddedStart..<max(paddedStart, min(paddedEnd, sampleCount))
    isSettled = activity.judgedSampleCount >= paddedEnd
  }
}
