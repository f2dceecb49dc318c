/// A reason for which an utterance or a recording has no transcript.
public enum ServingError: Error, Sendable, CustomStringConvertible {
  /// It cannot be recognized.
  case notRecognized(why: String)
  /// The transcript was not ready in time, for a reason if it is known.
  case late(seconds: Double, why: String?)

  /// The error in one line.
  public var description: String {
    switch self {
    case .notRecognized(let why): why
    case .late(let seconds, let why): "no transcript within \(seconds) s" + (why.map { ": \($0)" } ?? "")
    }
  }

  /// A short name of the error, for programs.
  public var code: String {
    switch self {
    case .notRecognized: "recognition-failed"
    case .late: "deadline-exceeded"
    }
  }
}
