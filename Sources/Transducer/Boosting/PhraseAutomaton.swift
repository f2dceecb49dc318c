internal import Glibc

/// The phrases as an automaton over characters (Aho and Corasick 1975): its node is the longest end of the text so far
/// that begins a phrase. Phrases begin at the beginning of a word.
///
/// Scores follow NeMo's phrase-boosting tree (Andrusenko et al. 2025, arXiv:2508.07014), by characters in place of
/// tokens: the score grows with the depth, and the part that is not secured is lost when a match breaks off.
struct PhraseAutomaton: Sendable {
  /// The phrases, each with a boundary before it.
  let tree: CharacterTree
  /// The node of the longest proper end of each node's text that begins a phrase.
  private(set) var fallbacks: [Int32]
  /// The score of each node, in logits.
  private(set) var scores: [Float]
  /// The part of each node's score that stays when a match breaks off there.
  private(set) var secured: [Float]

  /// The node at the beginning of a word.
  let wordStart: Int

  /// Creates the automaton of some phrases.
  init(_ phrases: [ComparedPhrase]) {
    // A sequence of a boundary alone makes the node exist at which words begin.
    tree = CharacterTree(phrases.map(\.characters) + [[ComparedCharacters.boundary]])
    wordStart = tree.child(of: 0, by: ComparedCharacters.boundary) ?? 0
    fallbacks = Array(repeating: 0, count: tree.count)
    scores = Array(repeating: 0, count: tree.count)
    secured = scores
    score(weights: phrases.map(\.weight))
    for node in 1..<tree.count { fallbacks[node] = Int32(fallback(of: node)) }
    secure(phraseCount: phrases.count)
  }

  /// Gives each node the score of its depth, with the largest weight of the phrases that pass it.
  private mutating func score(weights: [Float]) {
    var largest = Array(repeating: Float(0), count: tree.count)
    var depths = Array(repeating: 0, count: tree.count)
    for node in tree.characters.indices.dropFirst() {
      let isBoundary = tree.characters[node] == ComparedCharacters.boundary
      depths[node] = depths[Int(tree.parents[node])] + (isBoundary ? 0 : 1)
    }
    for node in tree.characters.indices.reversed() {
      for phrase in tree.sequences(endingAt: node) where phrase < weights.count {
        largest[node] = max(largest[node], weights[phrase])
      }
      scores[node] = largest[node] * Self.bonus(letters: depths[node])
      let parent = Int(tree.parents[node])
      largest[parent] = max(largest[parent], largest[node])
    }
  }

  private mutating func secure(phraseCount: Int) {
    for node in tree.characters.indices.dropFirst() {
      secured[node] =
        tree.sequences(endingAt: node).contains(where: { $0 < phraseCount })
        ? scores[node] : max(secured[Int(tree.parents[node])], secured[Int(fallbacks[node])])
    }
  }

  private func fallback(of node: Int) -> Int {
    let parent = Int(tree.parents[node])
    guard parent != 0 else { return 0 }
    return next(Int(fallbacks[parent]), tree.characters[node])
  }

  /// Returns the score of a match, in logits: 1.6 for four letters, 4.5 for eight. NeMo's tree gives pieces of four
  /// letters 1 and 3.7 for as much text; its further growth is stopped, because a long name needs no more to win.
  private static func bonus(letters: Int) -> Float {
    min(mostBonus, 0.2 * pow(Float(letters), 1.5))
  }

  /// The largest score of a phrase of weight 1: with it, a token that the model gives a probability of 2 × 10⁻⁹ wins.
  private static let mostBonus: Float = 20

  /// Returns a node and the nodes of all shorter ends of its text, with the root as the last.
  func ends(of node: Int) -> [Int] {
    var ends = [node]
    while let last = ends.last, last != 0 { ends.append(Int(fallbacks[last])) }
    return ends
  }

  /// Returns the node after a character.
  func next(_ node: Int, _ character: UInt32) -> Int {
    if character == ComparedCharacters.boundary, tree.characters[node] == character { return node }
    var node = node
    while true {
      if let child = tree.child(of: node, by: character) { return child }
      guard node != 0 else { return 0 }
      node = Int(fallbacks[node])
    }
  }
}
