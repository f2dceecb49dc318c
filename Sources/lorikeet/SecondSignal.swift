internal import ArgumentParser
internal import Logging

/// The first signal lets running utterances end; who sends another one does not want to wait.
enum SecondSignal {
  static func endsAtOnce(_ logger: Logger, _ body: () async throws -> Void) async throws {
    try await Signals.told { signal, count in
      guard count > 1 else {
        logger.info(
          "shutting down: utterances that have begun are finished first", metadata: ["signal": "\(signal)"])
        return
      }
      logger.warning("ended at once by a second signal", metadata: ["signal": "\(signal)"])
      leave(.failure)
    } during: {
      try await body()
    }
  }
}
