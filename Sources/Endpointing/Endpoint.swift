/// The end of an utterance, as decided before the client ends it.
public struct Endpoint: Sendable, Equatable {
  /// The reason for a decision.
  public enum Reason: String, Sendable, CaseIterable {
    /// Silence after a text that can end here.
    case complete
    /// Silence after a text that is likely to be a command.
    case likely
    /// Silence after a text of which nothing is known.
    case undecided
    /// Long silence after a text that goes on.
    case open
    /// The voice that gave the command is gone, and only a weaker one goes on.
    case background
    /// A command is followed by speech that is none.
    case unrelated
    /// There were no words.
    case noSpeech = "no-speech"
    /// The utterance became too long.
    case longest

    init(_ ending: SentenceEnding) {
      switch ending {
      case .complete: self = .complete
      case .likely: self = .likely
      case .undecided: self = .undecided
      case .open: self = .open
      }
    }
  }

  /// The reason.
  public var reason: Reason
  /// The feature frame after the last speech of the utterance; `nil` if all of its speech belongs to it.
  public var cut: Int?

  /// Creates an end.
  public init(_ reason: Reason, cut: Int? = nil) {
    (self.reason, self.cut) = (reason, cut)
  }
}
