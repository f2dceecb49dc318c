/// A function that suspends for a time. Tests replace the clock with one of their own.
public typealias Pause = @Sendable (Duration) async throws -> Void

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
