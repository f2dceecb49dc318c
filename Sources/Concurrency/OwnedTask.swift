/// A task that ends with its owner.
public final class OwnedTask<Value: Sendable>: Sendable {
  private let task: Task<Value, any Error>

  /// Begins work.
  public init(_ work: @escaping @Sendable () async throws -> Value) {
    task = Task { try await work() }
  }

  deinit {
    task.cancel()
  }

  /// The result of the work, which is cancelled with the waiting task: it is of use to this task alone.
  public var value: Value {
    get async throws {
      try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    }
  }

  /// Cancels the work.
  public func cancel() { task.cancel() }

  /// Cancels the work and waits for its end.
  public func stop() async {
    cancel()
    _ = await task.result
  }
}
