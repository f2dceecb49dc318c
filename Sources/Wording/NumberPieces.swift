internal import Transducer

/// Words split into pieces for number grammars: at hyphens, without marks, in lowercase.
struct NumberPieces {
  /// The pieces.
  private(set) var texts: [String] = []
  /// The index of each piece's word.
  private(set) var words: [Int] = []
  /// True for each piece after a mark, which no phrase crosses; also for the first.
  private var followsMark: [Bool] = []
  /// The marks around each word.
  private var marks: [(before: Substring, after: Substring)] = []

  init(_ words: [SpokenText.Word]) {
    var followsMark = true
    for (index, word) in words.enumerated() {
      let bare = word.text.bare
      marks.append((word.text[..<bare.startIndex], word.text[bare.endIndex...]))
      followsMark = followsMark || bare.startIndex > word.text.startIndex
      for part in Self.parts(of: bare) {
        texts.append(part.lowercased().replacing("’", with: "'"))
        self.words.append(index)
        self.followsMark.append(followsMark)
        followsMark = false
      }
      followsMark = followsMark || bare.endIndex < word.text.endIndex
    }
  }

  private static func parts(of word: Substring) -> [Substring] {
    let parts = word.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "‑" }
    return parts.contains("") ? [word] : parts
  }

  /// Returns the pieces from `start` to the next mark.
  func stretch(from start: Int) -> ArraySlice<String> {
    var end = start + 1
    while end < texts.count, !followsMark[end] { end += 1 }
    return texts[start..<min(end, texts.count)]
  }

  /// Returns the pieces before `start`, back to the last mark.
  func stretch(before start: Int) -> ArraySlice<String> {
    var first = start
    while first > 0, !followsMark[first] { first -= 1 }
    return texts[first..<start]
  }

  /// Returns true if a piece begins its word.
  func beginsWord(_ piece: Int) -> Bool { piece == 0 || words[piece - 1] != words[piece] }

  /// Returns true if a word ends before a piece.
  func endsWord(before piece: Int) -> Bool { piece == texts.count || beginsWord(piece) }

  /// Returns a text with the outer marks of the words that it replaces.
  func marked(_ text: String, _ words: ClosedRange<Int>) -> String {
    marks[words.lowerBound].before + text + marks[words.upperBound].after
  }
}

extension String {
  /// The text without the marks at both ends.
  fileprivate var bare: Substring {
    func isMark(_ character: Character) -> Bool { !character.isLetter && !character.isNumber }
    guard let first = firstIndex(where: { !isMark($0) }), let last = lastIndex(where: { !isMark($0) })
    else { return self[...] }
    return self[first...last]
  }
}
