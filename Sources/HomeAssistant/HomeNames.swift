public import Logging
public import Names
public import ServiceLifecycle

/// Keeps the names of a home in a name book, for as long as it runs: reads them from Home Assistant, and again whenever
/// the home has changed. If it cannot be reached, the names that were read last stay.
public struct HomeNames: Service {
  private let connection: HomeConnection
  private let book: NameBook
  private let logger: Logger

  /// Creates the service. It connects when it runs.
  ///
  /// - Parameters:
  ///   - book: Takes the names, and the reason if there are none, as those of `homeAssistant`.
  ///   - logger: The logger for changes and failures.
  public init(_ address: HomeAddress, _ token: AccessToken, book: NameBook, logger: Logger) {
    connection = HomeConnection(address: address, token: token)
    self.book = book
    self.logger = logger
  }

  /// Reads the names once. The connection is closed at once when the task is cancelled.
  ///
  /// - Parameter onNote: Called with each limitation of the names.
  public static func read(
    _ address: HomeAddress, _ token: AccessToken, onNote: (HomeNote) -> Void = { _ in }
  ) async throws(HomeError) -> [Name] {
    var result: [Name] = []
    try await HomeConnection(address: address, token: token).converse(followsChanges: false) { report in
      switch report {
      case .names(let names): result = names
      case .note(let note): onNote(note)
      }
    }
    return result
  }

  /// Keeps the names until the service group shuts down. Failures do not end it: they are logged, and the connection is
  /// made again.
  public func run() async {
    try? await cancelWhenGracefulShutdown {
      var journal = HomeJournal(book: book, logger: logger)
      var backoff = Backoff()
      while true {
        var isRefused = false
        do throws(HomeError) {
          try await connection.converse(followsChanges: true) { report in
            if case .names = report { backoff.reset() }
            journal.take(report)
          }
        } catch {
          guard !Task.isCancelled else { return }
          journal.take(error)
          if case .refusedToken = error { isRefused = true }
        }
        try await Task.sleep(for: backoff.next(isRefused: isRefused))
      }
    }
  }
}
