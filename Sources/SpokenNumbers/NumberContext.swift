/// The words of a language that decide what a number is and how it is written: a section of `contexts.txt`, which
/// explains each kind of line.
struct NumberContext: Sendable {
  /// The sign between the digits of the whole part and those of the fraction.
  private(set) var decimalSign = "."
  private(set) var articles: Set<String> = []
  private(set) var apart: Set<String> = []
  private(set) var doubtful: Set<String> = []
  private(set) var pronominal: Set<String> = []
  private(set) var measures: Set<String> = []
  private(set) var durations: Set<String> = []
  private(set) var values: Set<String> = []
  private(set) var targets: Set<String> = []
  private(set) var partitive: Set<String> = []
  private(set) var or: Set<String> = []
  private(set) var between: Set<String> = []
  private(set) var zeros: Set<String> = []
  private(set) var fractions: Set<String> = []
  private(set) var hyphenated: Set<String> = []
  private(set) var percents: [[String]] = []
  private(set) var idioms: [[String]] = []
  private(set) var letters: [[String]] = []
  /// Words for the decimal sign, and the sign to write.
  private(set) var points: [(words: [String], sign: String)] = []
  private(set) var tenths: Set<String> = []
  private(set) var pointAlone: Set<String> = []
  private(set) var minus: Set<String> = []
  private(set) var minusBefore: Set<String> = []
  private(set) var minusNever: Set<String> = []
  private(set) var ordinalUnits: Set<String> = []
  private(set) var ordinalAfter: Set<String> = []
  private(set) var ordinalNever: Set<String> = []
  private(set) var clocks: [ClockPattern] = []
  /// Rules beside those of `rules.txt`.
  private(set) var rules: [String] = []

  init(lines: [Substring]) {
    for line in lines where !line.hasPrefix("#") {
      let halves = String(line).withPlainLetters.split(separator: " ", maxSplits: 1)
      if halves.count == 2 { add(halves[1], of: halves[0]) }
    }
  }

  private mutating func add(_ line: Substring, of kind: Substring) {
    func words() -> [String] { line.split(separator: " ").map(String.init) }
    func phrases() -> [[String]] {
      line.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
    }
    switch kind {
    case "sign": decimalSign = String(line)
    case "articles": articles.formUnion(words())
    case "doubtful": doubtful.formUnion(words())
    case "pronominal": pronominal.formUnion(words())
    case "measures": measures.formUnion(words())
    case "durations": durations.formUnion(words())
    case "values": values.formUnion(words())
    case "targets": targets.formUnion(words())
    case "partitive": partitive.formUnion(words())
    case "or": or.formUnion(words())
    case "between": between.formUnion(words())
    case "zeros": zeros.formUnion(words())
    case "fractions": fractions.formUnion(words())
    case "hyphenated": hyphenated.formUnion(words())
    case "percent": percents += phrases()
    case "idioms": idioms += phrases()
    case "letters": letters += phrases()
    case "point":
      let words = words()
      if words.count > 1 { points.append((words.dropLast(), words[words.count - 1])) }
    case "tenths": tenths.formUnion(words())
    case "apart": apart.formUnion(words())
    case "point-alone": pointAlone.formUnion(words())
    case "minus": minus.formUnion(words())
    case "minus-before": minusBefore.formUnion(words())
    case "minus-never": minusNever.formUnion(words())
    case "ordinal-units": ordinalUnits.formUnion(words())
    case "ordinal-after": ordinalAfter.formUnion(words())
    case "ordinal-never": ordinalNever.formUnion(words())
    case "clock":
      if let pattern = ClockPattern(line) { clocks.append(pattern) }
    case "rule": rules.append(String(line))
    case "half":
      for phrase in phrases() {
        let isMeasured = phrase.last == "+measure"
        let words = (isMeasured ? phrase.dropLast() : phrase[...]).joined(separator: " ")
        rules.append("\(isMeasured ? "hm" : "h") 0-999999 =c= \(words)")
      }
    default: break
    }
  }
}
