/// The spoken numbers of a language, and how they are written in digits (inverse text normalisation).
public struct SpokenNumbers: Sendable {
  let rules: NumberRules
  let context: NumberContext
  /// The words for the decimal sign, and what is written for them.
  let points: [(words: [String], sign: String)]

  /// The numbers to write in digits.
  public enum Place: Sendable {
    /// All that are numbers.
    case everywhere
    /// Those that stand where a value is expected: before a unit, after "to" or "channel", with a sign or decimals.
    case values
  }

  /// A word as written.
  public struct WrittenWord: Sendable, Equatable {
    /// The text with the marks around it.
    public var text: String
    /// The indices of the words that it replaces; of one word if it is unchanged.
    public var source: Range<Int>
  }

  /// Creates the numbers of a language from its data.
  ///
  /// - Parameters:
  ///   - rules: The language's section of `rules.txt`, without its first line.
  ///   - context: The language's section of `contexts.txt`, without its first line; it may be empty.
  public init(rules: Substring, context: Substring) {
    self.context = NumberContext(lines: context.split(separator: "\n"))
    self.rules = NumberRules(lines: rules.split(separator: "\n"), more: self.context.rules)
    let sign = self.context.decimalSign
    points = self.context.points + self.rules.points.map { ($0, sign) }
  }

  /// Writes the numbers among words in digits.
  ///
  /// - Parameters:
  ///   - words: The words of a text between two pauses, with their marks.
  ///   - place: Which numbers are written in digits.
  /// - Returns: The written words. Together they replace all words, in their order.
  public func written(_ words: [String], _ place: Place = .everywhere) -> [WrittenWord] {
    var phrases = NumberPhrases(pieces(words), self, place)
    return phrases.written(words)
  }

  /// Reads a text that is a single number: "twenty one" or "twenty first".
  ///
  /// - Returns: The number, with its suffix if it is ordinal; `nil` if the text is not a number.
  public func number(_ text: String) -> (value: Int, suffix: String?)? {
    let pieces = pieces(text.split(separator: " ").map(String.init))
    var chart = NumberChart(pieces.text, rules)
    let readings = chart.readings(at: 0).filter { $0.end == pieces.text.count }
    if let cardinal = readings.first(where: { $0.set == rules.cardinals }) { return (cardinal.value, nil) }
    for (set, suffix) in rules.ordinals {
      if let ordinal = readings.first(where: { $0.set == set }) {
        return (ordinal.value, suffix.suffix(of: ordinal.value))
      }
    }
    return nil
  }

  private func pieces(_ words: [String]) -> NumberPieces {
    NumberPieces(words, keepsApostrophe: rules.hasFinalApostrophe)
  }
}
