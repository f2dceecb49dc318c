internal import VoiceActivity

/// Watches an utterance for speech, to tell what of it is to be recognized.
struct SpeechWatch: Sendable {
  /// `nil` if all is recognized.
  private var detector: VoiceActivityDetector?
  private let settings: ListeningSettings

  /// Samples that are recognized.
  struct Selection: Sendable, Equatable {
    var samples: Range<Int>
    /// Whether they are the same after more silence.
    var isSettled: Bool
  }

  init(_ settings: ListeningSettings) {
    self.settings = settings
    detector = settings.gate == .off ? nil : VoiceActivityDetector(settings.activity)
  }

  mutating func append(_ samples: Span<Float>) {
    detector?.append(samples)
  }

  /// What is recognized if the utterance ends now; `nil` if nobody has spoken.
  func span(of sampleCount: Int) -> Selection? {
    let all = Selection(samples: 0..<sampleCount, isSettled: false)
    guard let detector else { return all }
    guard let span = SpeechSpan(detector.activity, sampleCount: sampleCount, settings: settings.activity)
    else {
      return nil
    }
    return settings.gate == .trim ? Selection(samples: span.samples, isSettled: span.isSettled) : all
  }
}
