internal import Names

/// The names of a home, each once, and only those that can be said.
struct NameList: Sendable {
  /// The largest number of names.
  static let maximumCount = 10_000
  /// The longest name, in Unicode scalars.
  static let longestName = 200

  /// The names in the order in which they were added.
  private(set) var names: [Name] = []
  private var texts: Set<String> = []

  /// True if no further name is taken.
  var isFull: Bool { names.count >= Self.maximumCount }

  /// Adds a name, unless it is there, unfit, or one too many.
  mutating func add(_ text: String?) {
    guard !isFull, let text = text.flatMap(Self.cleaned), texts.insert(text).inserted else { return }
    names.append(Name(text))
  }

  /// Returns the name with single spaces for white space and control characters.
  ///
  /// - Returns: `nil` for a name that is too long, or has neither letters nor digits.
  static func cleaned(_ text: String) -> String? {
    let words = text.unicodeScalars.split { scalar in
      scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
    }
    var cleaned = String.UnicodeScalarView()
    for (index, word) in words.enumerated() {
      guard cleaned.count + word.count <= longestName else { return nil }
      if index > 0 { cleaned.append(" ") }
      // These show text in another order than it has.
      cleaned.append(contentsOf: word.lazy.filter { !$0.properties.isBidiControl })
    }
    guard cleaned.count <= longestName else { return nil }
    let name = String(cleaned)
    return name.contains { $0.isLetter || $0.isNumber } ? name : nil
  }
}
