internal import ArgumentParser
internal import Logging
internal import UnixSignals

/// The first signal lets running utterances end; a second one exits immediately. SIGHUP does not count as a second
/// signal: it is sent automatically, and twice if a shell passes it on.
enum SecondSignal {
  static func endsAtOnce(_ logger: Logger, _ body: () async throws -> Void) async throws {
    try await Signals.told { signal, count in
      guard count > 1 else {
        logger.info(
          "shutting down: utterances that have begun are finished first", metadata: ["signal": "\(signal)"])
        return
      }
      guard signal != .sighup else { return }
      logger.warning("ended at once by a second signal", metadata: ["signal": "\(signal)"])
      leave(.failure)
    } during: {
      try await body()
    }
  }
}
