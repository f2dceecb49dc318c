/// Does work that must end in time. If it does not, it is cancelled.
///
/// - Parameters:
///   - end: The time at which the work must have ended.
///   - late: Returns the error that is thrown then.
public func limited<Value: Sendable>(
  until end: ContinuousClock.Instant, orThrow late: @escaping @Sendable () -> any Error,
  _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask { try await work() }
    group.addTask {
      try await Task.sleep(until: end, clock: .continuous)
      throw late()
    }
    defer { group.cancelAll() }
    guard let value = try await group.next() else { throw CancellationError() }
    return value
  }
}
