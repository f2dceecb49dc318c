/// Breaks the words of a cue into lines.
enum CueLines {
  /// The maximum length of a line, in characters.
  static let length = 42

  /// Returns one line if the words fit, otherwise two lines as even as punctuation allows; `nil` if two are not enough.
  /// A word longer than a line gets one of its own and is not broken.
  static func fit(_ words: ArraySlice<CueWord>) -> [ArraySlice<CueWord>]? {
    let total = words.reduce(-1) { $0 + $1.length + 1 }
    if total <= length || words.count < 2 { return [words] }
    // Longer than two lines, without an overlong word.
    if total > 2 * length + 1, words.count > 2, words.allSatisfy({ $0.length <= length }) { return nil }
    var best: (cost: Int, index: Int)?
    var upper = -1
    for (index, word) in zip(words.indices, words).dropLast() {
      upper += word.length + 1
      let lower = total - upper - 1
      let isFit =
        (upper <= length || index == words.startIndex) && (lower <= length || index + 2 == words.endIndex)
      guard isFit else { continue }
      let cost = abs(upper - lower) + (word.endsClause ? -15 : word.isShort ? 6 : 0)
      if cost < best?.cost ?? .max { best = (cost, index + 1) }
    }
    return best.map { [words[..<$0.index], words[$0.index...]] }
  }

  /// Breaks the words into as many lines as necessary.
  static func fill(_ words: ArraySlice<CueWord>) -> [ArraySlice<CueWord>] {
    var lines: [ArraySlice<CueWord>] = []
    var used = 0
    var first = words.startIndex
    for index in words.indices {
      if index > first, used + 1 + words[index].length > length {
        lines.append(words[first..<index])
        (first, used) = (index, words[index].length)
      } else {
        used += words[index].length + (index > first ? 1 : 0)
      }
    }
    return lines + [words[first...]]
  }
}
