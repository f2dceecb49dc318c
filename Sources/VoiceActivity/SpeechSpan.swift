/// The part of an utterance that is transcribed: from the first to the last speech, with a pad on each side.
///
/// It depends only on the audio. Once ``isSettled``, more silence does not change it.
public struct SpeechSpan: Sendable, Equatable {
  /// The range of samples, within the utterance.
  public let samples: Range<Int>
  /// True if the pad after the last speech is complete.
  public let isSettled: Bool

  /// Creates the span of the speech found so far; `nil` if there is none.
  ///
  /// - Parameters:
  ///   - activity: The detector's result.
  ///   - sampleCount: The number of the utterance's samples so far, at least ``VoiceActivity/judgedSampleCount``.
  ///   - settings: The settings with the pads.
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
