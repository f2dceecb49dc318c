internal import Glibc
internal import UnixSignals

/// The signals that end a process: SIGTERM, SIGINT (Ctrl-C), and SIGHUP (the terminal closed).
enum Signals {
  /// The signals that end a command gracefully. If a program starts with SIGHUP ignored, as under `nohup`, the signal
  /// stays ignored.
  static let ending: [UnixSignal] = {
    var action = sigaction()
    sigaction(SIGHUP, nil, &action)
    // Compares addresses, because functions cannot be compared.
    let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    return [.sigterm, .sigint] + (isIgnored ? [] : [.sighup])
  }()

  /// Runs `body`; until it ends, a signal only calls `handler`.
  ///
  /// - Parameter handler: Called with each signal and its number, 1 for the first.
  static func withHandler<Result: Sendable>(
    _ handler: @escaping @Sendable (UnixSignal, Int) async -> Void, during body: () async throws -> Result
  ) async throws -> Result {
    let signals = await UnixSignalsSequence(trapping: ending)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var count = 0
        for await signal in signals {
          count += 1
          await handler(signal, count)
        }
      }
      // The sequence of signals ends only by cancellation.
      defer { group.cancelAll() }
      return try await body()
    }
  }
}
