/// The times after which an utterance ends, in seconds.
public struct EndpointTimes: Sendable, Equatable {
  /// The silence after a text that can end here.
  public var complete = 0.55
  /// The silence after a text of which nothing is known.
  public var undecided = 1.2
  /// The silence after a text that goes on: "turn on the".
  public var open = 1.6
  /// The duration of audio without words after which the answer is empty.
  public var noSpeech = 5.0
  /// The duration of audio after which an utterance ends in any case.
  public var longest = 15.0

  /// The accepted range of each time.
  public static let accepted = (
    complete: 0.2...5.0, undecided: 0.2...5.0, open: 0.2...10.0, noSpeech: 1...60, longest: 3...300
  )

  /// Creates the default times.
  public init() {}

  /// Returns the times with those of silence multiplied by a factor.
  public func scaled(by factor: Double) -> EndpointTimes {
    var times = self
    times.complete *= factor
    times.undecided *= factor
    times.open *= factor
    return times
  }

  /// Returns the silence after a text, in seconds.
  func silence(after ending: SentenceEnding) -> Double {
    switch ending {
    case .complete: complete
    case .likely: (complete + undecided) / 2
    case .undecided: undecided
    case .open: open
    }
  }
}

/// The readiness to hear the end of an utterance: `vad_sensitivity` of the `transcribe` event.
public enum EndpointSensitivity: String, Sendable, CaseIterable {
  /// Later, for people who pause.
  case relaxed
  /// As set.
  case normal = "default"
  /// Sooner.
  case aggressive

  /// The factor of the times of silence. Home Assistant's own times have 1.8 and 0.36; its lowest one cuts in most
  /// pauses.
  public var factor: Double {
    switch self {
    case .relaxed: 1.75
    case .normal: 1
    case .aggressive: 0.75
    }
  }
}
