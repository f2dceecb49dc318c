internal import ArgumentParser
internal import Logging
internal import UnixSignals

/// The handling of repeated signals: the first lets utterances that have begun end, the second exits immediately.
///
/// SIGHUP does not count as a second signal: it is sent automatically, and twice if a shell passes it on.
enum SecondSignal {
  /// Runs `body`, during which a second signal ends the process.
  static func exitsImmediately(_ logger: Logger, _ body: () async throws -> Void) async throws {
    try await Signals.withHandler { signal, count in
      guard count > 1 else {
        logger.info(
          "shutting down: utterances that have begun are finished first", metadata: ["signal": "\(signal)"])
        return
      }
      guard signal != .sighup else { return }
      logger.warning("exiting immediately after a second signal", metadata: ["signal": "\(signal)"])
      leave(.failure)
    } during: {
      try await body()
    }
  }
}
