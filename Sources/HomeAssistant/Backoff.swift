/// The pauses between connections that fail: doubled each time, up to a limit.
struct Backoff: Sendable {
  /// The pause after the first failure.
  static let first = Duration.seconds(1)
  /// The longest pause.
  static let longest = Duration.seconds(60)

  private var pause = first

  /// Returns the next pause.
  mutating func next() -> Duration {
    defer { pause = min(pause * 2, Self.longest) }
    return pause
  }

  /// Begins with the shortest pause again.
  mutating func reset() { pause = Self.first }
}
