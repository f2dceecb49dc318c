internal import ArgumentParser
internal import Logging
internal import UnixSignals

/// The first signal lets running utterances end; who sends another one does not want to wait.
enum SecondSignal {
  static func endsAtOnce(_ logger: Logger, _ body: @escaping @Sendable () async throws -> Void) async throws {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var count = 0
        for await signal in signals {
          count += 1
          guard count > 1 else {
            logger.info(
              "shutting down: utterances that have begun are finished first",
              metadata: ["signal": "\(signal)"])
            continue
          }
          logger.warning("ended at once by a second signal", metadata: ["signal": "\(signal)"])
          leave(.failure)
        }
      }
      group.addTask { try await body() }
      // The signals end only when they are cancelled.
      try await group.next()
      group.cancelAll()
    }
  }
}
