internal import Concurrency
public import Logging
public import NIOCore

extension Listener.Opened {
  /// Serves each client in a task of its own, until the address is closed and the last task has ended.
  ///
  /// - Parameters:
  ///   - limit: The maximum number of clients at the same time.
  ///   - turnAway: Refuses a client beyond the limit.
  ///   - serve: Serves a client until its connection has ended.
  public func serve(
    upTo limit: Int, _ logger: Logger, turnAway: (any Channel) -> Void,
    _ serve: @escaping @Sendable (any Channel) async -> Void
  ) async {
    let connections = Permits(limit)
    await withDiscardingTaskGroup { group in
      for await client in clients {
        switch connections.tryTake() {
        case .taken:
          group.addTask {
            defer { connections.release() }
            await serve(client)
          }
        case .refused(let isFirst):
          // A flood of clients must not flood the log.
          if isFirst { logger.warning("turning clients away", metadata: ["connections": "\(limit)"]) }
          turnAway(client)
        }
      }
    }
  }
}
