/// A function that suspends for a duration. Tests replace it with a virtual clock.
public typealias Pause = @Sendable (Duration) async throws -> Void

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
