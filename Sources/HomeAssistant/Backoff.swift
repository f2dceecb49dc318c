/// The pauses between connections that fail: doubled each time, up to a limit.
struct Backoff: Sendable {
  /// The pause after the first failure.
  static let first = Duration.seconds(1)
  /// The longest pause.
  static let longest = Duration.seconds(60)
  /// The longest pause after a refused token: Home Assistant can ban an address that tries one too often.
  static let longestAfterRefusal = Duration.seconds(600)

  private var pause = first

  /// Returns the next pause.
  ///
  /// - Parameter isRefused: True if the token was refused.
  mutating func next(isRefused: Bool) -> Duration {
    let result = min(pause, isRefused ? Self.longestAfterRefusal : Self.longest)
    pause = min(pause * 2, Self.longestAfterRefusal)
    return result
  }

  /// Begins with the shortest pause again.
  mutating func reset() { pause = Self.first }
}
