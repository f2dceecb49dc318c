internal import ArgumentParser
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// The handling of signals while the server runs: the first lets utterances that have begun end, the second exits
/// immediately.
///
/// SIGHUP does not count as a second signal: it is sent automatically, and twice if a shell passes it on.
enum Shutdown {
  /// Runs `group` until it ends, and shuts it down at the first signal.
  ///
  /// The group does not listen for signals itself, so that the line about the signal always comes before the end.
  static func onSignals(_ group: ServiceGroup, _ logger: Logger) async throws {
    try await Signals.withHandler { signal, count in
      guard count > 1 else {
        logger.info(
          "shutting down: utterances that have begun are finished first", metadata: ["signal": "\(signal)"])
        await group.triggerGracefulShutdown()
        return
      }
      guard signal != .sighup else { return }
      logger.warning("exiting immediately after a second signal", metadata: ["signal": "\(signal)"])
      leave(.failure)
    } during: {
      try await group.run()
    }
  }
}
