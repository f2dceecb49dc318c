/// The distance of two words by their letters, in which letters of similar sound differ less: a Levenshtein distance
/// with costs.
enum SoundDistance {
  /// The cost of two letters of similar sound.
  private static let similar: Float = 0.4

  /// Letters of similar sound, in the languages with Latin letters.
  private static let groups = ["aeiouy", "bp", "fvw", "ckqgx", "cszx", "dt", "mn", "gjyix"]
  private static let vowels = Set(characters("aeiouy"))

  /// The groups of each Latin letter, a bit for each.
  private static let groupsOfLetter: [UInt16] = {
    var bits = [UInt16](repeating: 0, count: 128)
    for (number, group) in groups.enumerated() {
      for letter in characters(group) { bits[Int(letter)] |= 1 << UInt16(number) }
    }
    return bits
  }()

  /// Returns the similarity of two texts without boundaries: 1 if they are equal, 0 if they have nothing in common.
  static func similarity(_ one: [UInt32], _ other: [UInt32]) -> Float {
    let total = one.reduce(0) { $0 + weight($1) } + other.reduce(0) { $0 + weight($1) }
    guard total > 0 else { return 0 }
    return max(0, 1 - 2 * distance(one, other) / total)
  }

  private static func distance(_ one: [UInt32], _ other: [UInt32]) -> Float {
    var row: [Float] = [0]
    for letter in other { row.append(row[row.count - 1] + weight(letter)) }
    for left in one {
      var diagonal = row[0]
      row[0] += weight(left)
      for (column, right) in other.enumerated() {
        let above = row[column + 1]
        row[column + 1] = min(
          diagonal + cost(left, right), above + weight(left), row[column] + weight(right))
        diagonal = above
      }
    }
    return row[other.count]
  }

  private static func cost(_ one: UInt32, _ other: UInt32) -> Float {
    if one == other { return 0 }
    guard one < 128, other < 128 else { return 1 }
    return groupsOfLetter[Int(one)] & groupsOfLetter[Int(other)] == 0 ? 1 : similar
  }

  /// The cost of a letter that the other text lacks.
  private static func weight(_ letter: UInt32) -> Float {
    letter == 0x68 ? 0.3 : vowels.contains(letter) ? 0.6 : 1
  }

  private static func characters(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
}
