/// How numbers are said in a language.
protocol NumberGrammar: Sendable {
  /// The number that begins with the first of the pieces.
  ///
  /// - Parameters:
  ///   - pieces: Up to the next mark, as in a sentence; not empty.
  ///   - place: What stands around them.
  /// - Returns: `nil` if there is none, or if it is better left as it was said.
  func phrase(in pieces: ArraySlice<String>, at place: Place) -> Phrase?

  /// Measures that are said behind a number with a hyphen: "five-minute".
  var hyphenatedUnits: Set<String> { get }
}

/// What stands around a number.
struct Place {
  /// The pieces before it, back to the last mark.
  var before: ArraySlice<String>
  /// The last piece before it and the first behind its stretch, whatever marks are between: one counts "one, two, three".
  var nearBefore: String?
  var nearBehind: String?
}

/// A number as it is written.
struct Phrase: Equatable {
  /// What is written for how many pieces; `nil` if these stay as they were said.
  var parts: [(text: String?, count: Int)]

  init(_ text: String?, _ count: Int) {
    parts = [(text, count)]
  }

  /// How many pieces it takes.
  var count: Int { parts.reduce(0) { $0 + $1.count } }

  static func == (one: Self, other: Self) -> Bool {
    one.parts.elementsEqual(other.parts) { $0 == $1 }
  }
}

/// A number that was read, and in how many pieces.
struct Reading {
  var value: Int
  var count: Int
}

extension ArraySlice<String> {
  /// The piece at a distance from the first; `nil` behind the last.
  func piece(_ offset: Int) -> String? {
    offset < count ? self[startIndex + offset] : nil
  }

  /// Whether these pieces stand at a distance from the first.
  func has(_ pieces: [String], at offset: Int) -> Bool {
    dropFirst(offset).starts(with: pieces)
  }
}

/// "05" for five minutes.
func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
