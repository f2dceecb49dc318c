internal import Transducer

/// Words cut into what numbers are said in: without marks, in lower case, and at hyphens.
struct NumberPieces {
  /// What the words are made of.
  private(set) var texts: [String] = []
  /// The word of each piece.
  private(set) var words: [Int] = []
  /// Whether a mark stands before the piece, so that no phrase goes on with it; also true of the first.
  private var isParted: [Bool] = []
  private var marks: [(before: Substring, after: Substring)] = []

  init(_ words: [SpokenText.Word]) {
    var isParted = true
    for (index, word) in words.enumerated() {
      let bare = word.text.bare
      marks.append((word.text[..<bare.startIndex], word.text[bare.endIndex...]))
      isParted = isParted || bare.startIndex > word.text.startIndex
      for part in Self.parts(of: bare) {
        texts.append(part.lowercased().replacing("’", with: "'"))
        self.words.append(index)
        self.isParted.append(isParted)
        isParted = false
      }
      isParted = isParted || bare.endIndex < word.text.endIndex
    }
  }

  private static func parts(of word: Substring) -> [Substring] {
    let parts = word.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "‑" }
    return parts.contains("") ? [word] : parts
  }

  /// The pieces from one on to the next mark.
  func stretch(from start: Int) -> ArraySlice<String> {
    var end = start + 1
    while end < texts.count, !isParted[end] { end += 1 }
    return texts[start..<min(end, texts.count)]
  }

  /// The pieces before one, back to the last mark.
  func stretch(before start: Int) -> ArraySlice<String> {
    var first = start
    while first > 0, !isParted[first] { first -= 1 }
    return texts[first..<start]
  }

  /// Whether a piece begins its word.
  func beginsWord(_ piece: Int) -> Bool { piece == 0 || words[piece - 1] != words[piece] }

  /// Whether a word ends before a piece.
  func endsWord(before piece: Int) -> Bool { piece == texts.count || beginsWord(piece) }

  /// A text with the marks of the words that it takes the place of.
  func marked(_ text: String, _ words: ClosedRange<Int>) -> String {
    marks[words.lowerBound].before + text + marks[words.upperBound].after
  }
}

extension String {
  /// What is left without the marks at both ends.
  fileprivate var bare: Substring {
    func isMark(_ character: Character) -> Bool { !character.isLetter && !character.isNumber }
    guard let first = firstIndex(where: { !isMark($0) }), let last = lastIndex(where: { !isMark($0) })
    else { return self[...] }
    return self[first...last]
  }
}
