internal import Concurrency
internal import Names
internal import StatusReport

extension ServerStatus.Names {
  /// Describes the names that a server knows now.
  init(_ book: NameBook) {
    let boosts = book.boosts
    self.init(
      boostedTokens: boosts.tokens, boostedUtterances: boosts.utterances,
      sources: book.entries.map { source, entry in
        Source(
          name: source.rawValue, count: entry.names.count,
          ageSeconds: entry.time.map { $0.duration(to: .now).seconds }, failure: entry.failure)
      })
  }
}
