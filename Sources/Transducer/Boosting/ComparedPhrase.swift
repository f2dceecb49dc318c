/// A phrase as it is compared with tokens.
struct ComparedPhrase: Sendable {
  /// The phrase as it is written.
  let text: String
  /// The strength of the preference.
  let weight: Float
  /// The compared characters, with a boundary before them and none after them.
  let characters: [UInt32]
  /// The characters without boundaries.
  let sound: SoundedText

  /// The most characters of a phrase.
  static let mostCharacters = 80

  /// Returns the phrase; `nil` if it has no letters and digits, is too long, or has no weight.
  init?(_ phrase: BoostedPhrase) {
    // A text can be of any length.
    var characters = ComparedCharacters.of(" " + phrase.text.prefix(4 * Self.mostCharacters))
    if characters.last == ComparedCharacters.boundary { characters.removeLast() }
    guard !characters.isEmpty, characters.count <= Self.mostCharacters + 1, phrase.weight.isFinite,
      phrase.weight > 0
    else { return nil }
    (text, weight) = (phrase.text, phrase.weight)
    self.characters = characters
    sound = SoundedText(characters)
  }

  /// Returns the tokens of the phrase as it is written, then in lower case if that differs; empty if the vocabulary lacks
  /// a character.
  ///
  /// - Parameter isGlued: True to begin without a space.
  func spellings(in pieces: PieceTree, isGlued: Bool) -> [[Int32]] {
    let lower = text.lowercased()
    return (text == lower ? [text] : [text, lower]).compactMap {
      pieces.tokens(of: (isGlued ? "" : " ") + $0)
    }
  }
}
