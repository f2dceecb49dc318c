/// The grammar of a language's spoken numbers.
protocol NumberGrammar: Sendable {
  /// Returns the number that begins with the first piece.
  ///
  /// - Parameters:
  ///   - pieces: The pieces up to the next mark; not empty.
  ///   - context: The pieces around them.
  /// - Returns: `nil` if there is no number, or if it is better left in words.
  func phrase(in pieces: ArraySlice<String>, context: PhraseContext) -> Phrase?

  /// Units that follow a number with a hyphen: "five-minute".
  var hyphenatedUnits: Set<String> { get }
}

/// The pieces around a number.
struct PhraseContext {
  /// The pieces before it, back to the last mark.
  var before: ArraySlice<String>
  /// The piece directly before the number and the first after its stretch, even across marks: "one, two, three".
  var nearBefore: String?
  var nearAfter: String?
}

/// A written number.
struct Phrase: Equatable {
  /// The text for each number of pieces; `nil` if the pieces are unchanged.
  var parts: [(text: String?, count: Int)]

  init(_ text: String?, _ count: Int) {
    parts = [(text, count)]
  }

  /// The number of pieces that the phrase replaces.
  var count: Int { parts.reduce(0) { $0 + $1.count } }

  static func == (one: Self, other: Self) -> Bool {
    one.parts.elementsEqual(other.parts) { $0 == $1 }
  }
}

/// A spoken number: its value, and the number of its pieces.
struct Reading {
  var value: Int
  var count: Int
}

extension ArraySlice<String> {
  /// Returns the piece at an offset from the first; `nil` after the last.
  func piece(_ offset: Int) -> String? {
    offset < count ? self[startIndex + offset] : nil
  }

  /// Returns true if these pieces are at an offset from the first.
  func has(_ pieces: [String], at offset: Int) -> Bool {
    dropFirst(offset).starts(with: pieces)
  }
}

/// Returns a number below 100 in two digits: "05".
func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
