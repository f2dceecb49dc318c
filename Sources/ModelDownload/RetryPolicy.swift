/// The number of retries of a request, and the pauses between them.
struct RetryPolicy: Sendable {
  /// The maximum number of retries without progress between them.
  var retries = 5
  /// The pause before the first retry; doubled each time.
  var firstPause = Duration.milliseconds(500)
  /// The longest pause that a server can request.
  var longestPause = Duration.seconds(300)
  /// The number of bytes that count as progress and reset the count of failures.
  var progress = 1 << 20

  /// Returns the pause before the next retry.
  ///
  /// - Parameters:
  ///   - failures: The number of failures in a row, 1 or more.
  ///   - asked: The pause that the server requests (`Retry-After`).
  /// - Returns: nil if there is no further retry.
  func pause(after failures: Int, asked: Duration? = nil) -> Duration? {
    guard failures <= retries else { return nil }
    let own = firstPause * (1 << min(max(failures - 1, 0), 16))
    guard let asked else { return min(own, longestPause) }
    return asked <= longestPause ? max(asked, own) : nil
  }
}
