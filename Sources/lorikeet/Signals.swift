internal import Glibc
internal import UnixSignals

/// SIGTERM, SIGINT (Ctrl-C), and SIGHUP (the terminal is gone).
enum Signals {
  /// Those that end a command in good order. Who starts a program with SIGHUP ignored, as `nohup` does, wants it to stay
  /// ignored.
  static let ending: [UnixSignal] = {
    var action = sigaction()
    sigaction(SIGHUP, nil, &action)
    // As an address: functions cannot be compared.
    let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    return [.sigterm, .sigint] + (isIgnored ? [] : [.sighup])
  }()

  /// Runs `body`; the signals that come meanwhile do nothing but call `tell`.
  ///
  /// - Parameter tell: Is given each signal with its number, 1 for the first.
  static func told<Result: Sendable>(
    to tell: @escaping @Sendable (UnixSignal, Int) -> Void, during body: () async throws -> Result
  ) async throws -> Result {
    let signals = await UnixSignalsSequence(trapping: ending)
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
