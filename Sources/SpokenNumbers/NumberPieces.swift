/// Words split into pieces: at hyphens, without marks, in lowercase.
struct NumberPieces {
  /// The length of the longest piece that can be a number, in UTF-8: Finnish numbers are single words.
  private static let longest = 400

  private(set) var texts: [String] = []
  /// The index of each piece's word.
  private(set) var words: [Int] = []
  /// True for each piece after a mark, which no number crosses; also for the first.
  private var followsMark: [Bool] = []
  /// The marks around each word.
  private var marks: [(before: Substring, after: Substring)] = []
  /// The pieces as UTF-8 with a space between them, or a line feed for a mark.
  private(set) var text: [UInt8] = []
  /// The first place of each piece in ``text``, and the place after it.
  private(set) var starts: [Int] = []
  private(set) var ends: [Int] = []

  /// - Parameters:
  ///   - words: The words with their marks.
  ///   - keepsApostrophe: True if an apostrophe after a word belongs to it, as in Maltese "erba'".
  init(_ words: [String], keepsApostrophe: Bool = false) {
    var followsMark = true
    for (index, word) in words.enumerated() {
      let bare = word.bare(keepsApostrophe: keepsApostrophe)
      marks.append((word[..<bare.startIndex], word[bare.endIndex...]))
      followsMark = followsMark || bare.startIndex > word.startIndex
      for part in Self.parts(of: bare) {
        append(part, of: index, followsMark: followsMark)
        followsMark = false
      }
      followsMark = followsMark || bare.endIndex < word.endIndex
    }
  }

  private mutating func append(_ part: Substring, of word: Int, followsMark: Bool) {
    let piece = part.lowercased().withPlainLetters
    if !texts.isEmpty { text.append(followsMark ? .lineFeed : .space) }
    starts.append(text.count)
    if piece.utf8.count <= Self.longest { text += piece.utf8 } else { text.append(.lineFeed) }
    ends.append(text.count)
    texts.append(piece)
    words.append(word)
    self.followsMark.append(followsMark)
  }

  private static func parts(of word: Substring) -> [Substring] {
    let parts = word.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "‑" }
    return parts.contains("") ? [word] : parts
  }

  var count: Int { texts.count }

  /// Returns a piece; `nil` outside of the text.
  subscript(_ index: Int) -> String? { texts.indices.contains(index) ? texts[index] : nil }

  /// Returns a piece if no mark is between it and the piece before it.
  func continuation(_ index: Int) -> String? {
    index > 0 && index < count && !followsMark[index] ? texts[index] : nil
  }

  /// Returns the piece before another, if no mark is between them.
  func piece(before index: Int) -> String? {
    index > 0 && index < count && !followsMark[index] ? texts[index - 1] : nil
  }

  /// Returns true if a phrase continues a text from a piece on, without a mark.
  func has(_ phrase: [String], at index: Int) -> Bool {
    guard index + phrase.count <= count else { return false }
    return phrase.indices.allSatisfy {
      texts[index + $0] == phrase[$0] && (index + $0 == 0 || !followsMark[index + $0])
    }
  }

  /// Returns the index of the piece after one that ends at a place; `nil` if none ends there.
  func piece(after place: Int, from index: Int) -> Int? {
    var index = index
    while index < count, ends[index] < place { index += 1 }
    return index < count && ends[index] == place ? index + 1 : nil
  }

  /// Returns true if a piece begins its word.
  func beginsWord(_ piece: Int) -> Bool { piece == 0 || words[piece - 1] != words[piece] }

  /// Returns true if a word ends before a piece.
  func endsWord(before piece: Int) -> Bool { piece == count || beginsWord(piece) }

  /// Returns a text with the outer marks of the words that it replaces.
  func marked(_ text: String, _ words: ClosedRange<Int>) -> String {
    marks[words.lowerBound].before + text + marks[words.upperBound].after
  }
}

extension String {
  /// The text with one form of letters that are written in several: apostrophes, Romanian s and t with a comma or a
  /// cedilla, and the Russian yo.
  var withPlainLetters: String {
    if utf8.allSatisfy({ $0 < 0x80 }) { return self }
    var plain = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar {
      case "’", "ʼ": plain.append("'")
      case "ş": plain.append("ș")
      case "ţ": plain.append("ț")
      case "ё": plain.append("е")
      default: plain.append(scalar)
      }
    }
    return String(plain)
  }

  /// The text without the marks at both ends.
  fileprivate func bare(keepsApostrophe: Bool) -> Substring {
    func isMark(_ character: Character) -> Bool { !character.isLetter && !character.isNumber }
    guard let first = firstIndex(where: { !isMark($0) }), let last = lastIndex(where: { !isMark($0) })
    else { return self[...] }
    let end = index(after: last)
    return keepsApostrophe && end < endIndex && "'’".contains(self[end])
      ? self[first...end] : self[first...last]
  }
}

extension UInt8 {
  fileprivate static let lineFeed = UInt8(ascii: "\n")
}
