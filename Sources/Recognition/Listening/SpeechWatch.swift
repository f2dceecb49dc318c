internal import SpeechFeatures
internal import VoiceActivity

/// Watches an utterance for speech, to tell what of it is to be recognized.
struct SpeechWatch: Sendable {
  /// `nil` if all is recognized.
  private var detector: VoiceActivityDetector?
  private let gate: VoiceGate

  /// Samples that are recognized.
  struct Selection: Sendable, Equatable {
    var samples: Range<Int>
    /// Whether they are the same after more silence.
    var isSettled: Bool
  }

  init(_ settings: ListeningSettings, bandCount: Int) {
    gate = settings.gate
    detector =
      gate == .off ? nil : VoiceActivityDetector(bandCount: bandCount, settings: settings.activity)
  }

  /// Looks at the frames that have come since.
  mutating func follow(_ frames: LogMelFrames) {
    detector?.follow(frames)
  }

  /// What is recognized if the utterance ends now; `nil` if nobody has spoken.
  func selection(of sampleCount: Int) -> Selection? {
    let all = Selection(samples: 0..<sampleCount, isSettled: false)
    guard let detector else { return all }
    guard let span = detector.span(sampleCount: sampleCount) else { return nil }
    return gate == .trim ? Selection(samples: span.samples, isSettled: span.isSettled) : all
  }
}
