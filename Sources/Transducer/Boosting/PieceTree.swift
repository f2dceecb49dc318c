/// The pieces of a vocabulary in a tree of their characters, so that all pieces that continue a phrase are found at
/// once, whatever their case. Made once for a vocabulary.
public struct PieceTree: Sendable {
  /// The characters of each token; `nil` for special tokens.
  private let texts: [[UInt32]?]
  private let pieces: [String]
  private let ids: [String: Int32]
  private let tree: CharacterTree
  /// The token of each sequence of the tree.
  private let tokens: [Int32]

  /// Creates the tree of a vocabulary.
  public init(_ vocabulary: Vocabulary) {
    let texts = vocabulary.pieces.indices.map { id in
      vocabulary.isSpecial(Int32(id)) ? nil : ComparedCharacters.of(vocabulary.pieces[id])
    }
    self.texts = texts
    pieces = vocabulary.pieces
    ids = Dictionary(
      vocabulary.pieces.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    tokens = texts.indices.filter { texts[$0] != nil }.map(Int32.init)
    tree = CharacterTree(texts.compactMap(\.self))
  }

  /// Returns the characters of a token; `nil` if it is special and has none.
  func characters(of token: Int32) -> [UInt32]? { texts[Int(token)] }

  /// Returns true if a token begins a word.
  func startsWord(_ token: Int32) -> Bool { pieces[Int(token)].first == " " }

  /// Returns true if a token is a punctuation mark or another sign.
  func isMark(_ token: Int32) -> Bool {
    pieces[Int(token)] != " " && texts[Int(token)] == [ComparedCharacters.boundary]
  }

  /// Returns the tokens of a text as SentencePiece's BPE makes them: of two adjacent pieces those are joined first that
  /// were joined first in training, which is the order of the vocabulary. `nil` if a character is no piece.
  func tokens(of text: String) -> [Int32]? {
    var pieces = text.map(String.init)
    while true {
      let joined = pieces.indices.dropLast().compactMap { place in
        ids[pieces[place] + pieces[place + 1]].map { (id: $0, place: place) }
      }
      guard let first = joined.min(by: { $0.id < $1.id }) else { break }
      pieces[first.place] += pieces.remove(at: first.place + 1)
    }
    let tokens = pieces.compactMap { ids[$0] }
    return tokens.count == pieces.count ? tokens : nil
  }

  /// Calls `body` with each token whose characters lead from a node of another tree to a node below it.
  func forEachToken(from node: Int, in other: CharacterTree, _ body: (_ token: Int32, _ end: Int) -> Void) {
    visit(0, node, other, body)
    // Two boundaries are one.
    if other.characters[node] == ComparedCharacters.boundary,
      let boundary = tree.child(of: 0, by: ComparedCharacters.boundary)
    {
      visit(boundary, node, other, body)
    }
  }

  private func visit(
    _ piece: Int, _ node: Int, _ other: CharacterTree, _ body: (_ token: Int32, _ end: Int) -> Void
  ) {
    for index in tree.sequences(endingAt: piece) { body(tokens[index], node) }
    // Both lists of children are sorted.
    let (ours, theirs) = (tree.children(of: piece), other.children(of: node))
    var (own, foreign) = (ours.lowerBound, theirs.lowerBound)
    while own < ours.upperBound, foreign < theirs.upperBound {
      let (left, right) = (tree.characters[own], other.characters[foreign])
      if left == right { visit(own, foreign, other, body) }
      if left <= right { own += 1 }
      if right <= left { foreign += 1 }
    }
  }
}
