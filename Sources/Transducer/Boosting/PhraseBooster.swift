internal import Synchronization

/// The preference of a decoder for the tokens that begin or continue one of some phrases.
///
/// A token's bias is the score of the automaton's node after it: a match that breaks off has no bias any more, and a
/// completed phrase keeps its own. The marker at the beginning of a word has a score of 0. Its use costs nothing but
/// memory reads: the biased tokens of a node are found once.
public final class PhraseBooster: Sendable {
  private let automaton: PhraseAutomaton
  private let pieces: PieceTree
  /// The second pass with the same phrases.
  let rescue: NameRescue
  private let found = Mutex<[Int: [BiasedToken]]>([:])

  /// The most nodes whose biased tokens are kept.
  private static let mostFound = 2000

  /// A position in the phrases.
  public struct State: Sendable, Equatable {
    var node: Int
  }

  struct BiasedToken: Sendable, Equatable {
    let token: Int32
    /// The bias on the token's logit.
    let bias: Float
  }

  /// Creates the booster of some phrases. Those without letters and digits, and those of more than 80 characters, have no
  /// effect.
  ///
  /// - Parameter pieces: The pieces of the model's vocabulary.
  public init(_ phrases: [BoostedPhrase], of pieces: PieceTree) {
    let compared = phrases.compactMap(ComparedPhrase.init)
    automaton = PhraseAutomaton(compared)
    self.pieces = pieces
    rescue = NameRescue(phrases: compared.filter { $0.sound.letters.count > 2 }, pieces: pieces)
  }

  /// The state at the beginning of an utterance.
  public var start: State { State(node: automaton.wordStart) }

  /// Returns the state after a token.
  public func state(after token: Int32, from state: State) -> State {
    var node = state.node
    for character in pieces.characters(of: token) ?? [] { node = automaton.next(node, character) }
    return State(node: node)
  }

  /// Returns the token with the largest sum of logit and bias, if that is another one than the largest logit's.
  ///
  /// - Parameters:
  ///   - logits: The logits of all tokens.
  ///   - winner: The token with the largest logit; not blank.
  public func favourite(
    among logits: borrowing Span<Float>, insteadOf winner: Int32, at state: State
  ) -> Int32? {
    var best = (token: winner, score: logits[Int(winner)])
    for candidate in biasedTokens(at: state) {
      let score = logits[Int(candidate.token)] + candidate.bias
      if score > best.score { best = (candidate.token, score) }
    }
    return best.token == winner ? nil : best.token
  }

  /// Returns the tokens that continue the match of a state, or that of one of its ends.
  func biasedTokens(at state: State) -> [BiasedToken] {
    found.withLock { found in
      if let known = found[state.node] { return known }
      var tokens: [BiasedToken] = []
      for node in automaton.ends(of: state.node) {
        let kept = automaton.secured[node]
        pieces.forEachToken(from: node, in: automaton.tree) { token, end in
          let bias = automaton.scores[end] - kept
          if bias > 0 { tokens.append(BiasedToken(token: token, bias: bias)) }
        }
      }
      if found.count == Self.mostFound { found = [:] }
      found[state.node] = tokens
      return tokens
    }
  }
}
