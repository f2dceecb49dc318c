public import WyomingProtocol

/// An error of a server or of an utterance that it was sent.
public enum ServerError: Error, Sendable, CustomStringConvertible {
  /// The address cannot be listened on.
  case notListening(ListenAddress, why: String)
  /// The utterance cannot be recognized.
  case notRecognized(why: String)
  /// The transcript was not ready in time, for a reason if it is known.
  case late(seconds: Double, why: String?)

  /// The error in one line.
  public var description: String {
    switch self {
    case .notListening(let address, let why): "cannot listen on \(address): \(why)"
    case .notRecognized(let why): why
    case .late(let seconds, let why): "no transcript within \(seconds) s" + (why.map { ": \($0)" } ?? "")
    }
  }

  /// A short name of the error, as in the `error` event.
  var code: String {
    switch self {
    case .notListening: "not-listening"
    case .notRecognized: "recognition-failed"
    case .late: "deadline-exceeded"
    }
  }
}
