/// The distance of two words by their letters, in which letters of similar sound differ less: a Levenshtein distance
/// with costs.
struct SoundDistance {
  /// The cost of two letters of similar sound.
  private static let similar: Float = 0.4

  /// Letters of similar sound, in the languages with Latin letters.
  private static let groups = ["aeiouy", "bp", "fvw", "ckqgx", "cszx", "dt", "mn", "gjyix"]
  private static let vowels = characters("aeiouy")

  /// The groups of each Latin letter, a bit for each.
  private static let groupsOfLetter: [UInt16] = {
    var bits = [UInt16](repeating: 0, count: 128)
    for (number, group) in groups.enumerated() {
      for letter in characters(group) { bits[Int(letter)] |= 1 << UInt16(number) }
    }
    return bits
  }()

  /// A row of the table of distances, kept for the next comparison.
  private var row: [Float] = []

  /// Returns the similarity of two texts without boundaries, 1 if they are equal and 0 if they have nothing in common;
  /// `nil` if it is less than a limit.
  mutating func similarity(_ one: SoundedText, _ other: SoundedText, atLeast limit: Float) -> Float? {
    let total = one.weight + other.weight
    guard total > 0 else { return nil }
    let longest = (1 - limit) / 2 * total
    // The surplus of one text over the other cannot be matched.
    guard abs(one.weight - other.weight) <= longest,
      let distance = distance(one, other, atMost: longest)
    else { return nil }
    return max(0, 1 - 2 * distance / total)
  }

  private mutating func distance(_ one: SoundedText, _ other: SoundedText, atMost limit: Float) -> Float? {
    row.removeAll(keepingCapacity: true)
    row.append(0)
    for letter in other.letters { row.append(row[row.count - 1] + letter.weight) }
    for left in one.letters {
      var (diagonal, before) = (row[0], row[0] + left.weight)
      row[0] = before
      var least = before
      for column in other.letters.indices {
        let (above, right) = (row[column + 1], other.letters[column])
        before = min(diagonal + left.cost(of: right), above + left.weight, before + right.weight)
        row[column + 1] = before
        least = min(least, before)
        diagonal = above
      }
      if least > limit { return nil }
    }
    return row[other.letters.count] <= limit ? row[other.letters.count] : nil
  }

  /// A letter with its sound.
  struct Letter: Sendable, Hashable {
    private let character: UInt32
    /// The groups of similar sounds that it belongs to, a bit for each.
    private let groups: UInt16
    /// The cost of the letter where the other text lacks it.
    let weight: Float

    init(_ character: UInt32) {
      self.character = character
      groups = character < 128 ? SoundDistance.groupsOfLetter[Int(character)] : 0
      weight = character == 0x68 ? 0.3 : SoundDistance.vowels.contains(character) ? 0.6 : 1
    }

    /// The cost of another letter in place of this one.
    func cost(of other: Letter) -> Float {
      character == other.character ? 0 : groups & other.groups == 0 ? 1 : SoundDistance.similar
    }
  }

  private static func characters(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
}

/// The letters of a text, for comparisons by their sound.
struct SoundedText: Sendable, Hashable {
  /// The compared characters without boundaries.
  let letters: [SoundDistance.Letter]
  /// The distance from the empty text.
  let weight: Float

  /// Creates a text from compared characters.
  init(_ characters: some Sequence<UInt32>) {
    letters = characters.filter { $0 != ComparedCharacters.boundary }.map(SoundDistance.Letter.init)
    weight = letters.reduce(0) { $0 + $1.weight }
  }
}
