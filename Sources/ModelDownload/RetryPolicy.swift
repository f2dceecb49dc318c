/// How often a request is tried again, and after what pause.
struct RetryPolicy: Sendable {
  /// Failures in a row, without progress between them, after the first try.
  var retries = 5
  /// Before the first retry; doubled each time.
  var firstPause = Duration.milliseconds(500)
  /// The longest pause that a server may ask for.
  var longestPause = Duration.seconds(300)
  /// Bytes that count as progress: after them failures are counted from zero.
  var progress = 1 << 20

  /// - Parameters:
  ///   - failures: Failures in a row, 1 or more.
  ///   - asked: What the server asks for (`Retry-After`).
  /// - Returns: nil if it is time to give up.
  func pause(after failures: Int, asked: Duration? = nil) -> Duration? {
    guard failures <= retries else { return nil }
    let own = firstPause * (1 << min(max(failures - 1, 0), 16))
    guard let asked else { return min(own, longestPause) }
    return asked <= longestPause ? max(asked, own) : nil
  }
}
