internal import Synchronization
internal import Transducer

/// The boosters of a model's utterances: one for each list of phrases that was used lately.
final class PhraseBoosters: Sendable {
  private struct State {
    /// Made when a phrase is there for the first time.
    var pieces: PieceTree?
    /// The last used ones first.
    var boosters: [(phrases: [BoostedPhrase], booster: PhraseBooster)] = []
  }

  private let vocabulary: Vocabulary
  private let state = Mutex(State())

  /// The most phrases of a list that are used.
  private static let mostPhrases = 10_000
  /// The most boosters that are kept: one of 10,000 phrases takes 6 MB.
  private static let capacity = 4

  init(for vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
  }

  /// Returns the booster of a list of phrases; `nil` if it is empty. A new list of 1,000 phrases takes some milliseconds.
  func booster(for phrases: [BoostedPhrase]) -> PhraseBooster? {
    guard !phrases.isEmpty else { return nil }
    if let known = known(phrases) { return known }
    // Made without the lock, on which the recognition of other utterances would wait.
    let pieces = state.withLock { $0.pieces } ?? PieceTree(vocabulary)
    let booster = PhraseBooster(Array(phrases.prefix(Self.mostPhrases)), of: pieces)
    state.withLock { state in
      state.pieces = pieces
      state.boosters.insert((phrases, booster), at: 0)
      state.boosters = Array(state.boosters.prefix(Self.capacity))
    }
    return booster
  }

  private func known(_ phrases: [BoostedPhrase]) -> PhraseBooster? {
    state.withLock { state in
      guard let place = state.boosters.firstIndex(where: { $0.phrases == phrases }) else { return nil }
      let entry = state.boosters.remove(at: place)
      state.boosters.insert(entry, at: 0)
      return entry.booster
    }
  }
}
