internal import UnixSignals

/// SIGTERM and SIGINT (Ctrl-C).
enum Signals {
  /// Runs `body`; the signals that come meanwhile do nothing but call `tell`.
  ///
  /// - Parameter tell: Is given each signal with its number, 1 for the first.
  static func told<Result: Sendable>(
    to tell: @escaping @Sendable (UnixSignal, Int) -> Void, during body: () async throws -> Result
  ) async throws -> Result {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var count = 0
        for await signal in signals {
          count += 1
          tell(signal, count)
        }
      }
      // The signals end only when they are cancelled.
      defer { group.cancelAll() }
      return try await body()
    }
  }
}
