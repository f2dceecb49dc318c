internal import Logging
internal import Names

/// Enters names and failures in the name book and in the log, where nothing is said twice.
struct HomeJournal {
  private let book: NameBook
  private let logger: Logger
  private var names: [Name]?
  /// The reasons that were logged since the names were read last.
  private var failures: Set<String> = []
  private var notes: Set<HomeNote> = []

  init(book: NameBook, logger: Logger) {
    self.book = book
    self.logger = logger
  }

  mutating func take(_ report: HomeConnection.Report) {
    switch report {
    case .names(let names):
      book.update(.homeAssistant, names)
      // The end of a failure is news too.
      if names != self.names || !failures.isEmpty {
        logger.info("home's names", metadata: ["count": "\(names.count)"])
      }
      self.names = names
      failures = []
    case .note(let note):
      guard notes.insert(note).inserted else { return }
      logger.warning("not all of the home's names", metadata: ["why": "\(note)"])
    }
  }

  mutating func take(_ error: HomeError) {
    let why = "\(error)"
    book.fail(.homeAssistant, because: why)
    guard failures.insert(why).inserted else { return }
    logger.warning("no names from Home Assistant", metadata: ["why": "\(why)"])
  }
}
