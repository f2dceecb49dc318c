/// English ordinal numbers from ten on, such as "twenty first". "First" to "ninth" alone stay in words, and "second"
/// can be a unit of time.
enum EnglishOrdinals {
  private static let cardinals = [
    "first": "one", "second": "two", "third": "three", "fourth": "four", "fifth": "five", "sixth": "six",
    "seventh": "seven", "eighth": "eight", "ninth": "nine", "tenth": "ten", "eleventh": "eleven",
    "twelfth": "twelve", "thirteenth": "thirteen", "fourteenth": "fourteen", "fifteenth": "fifteen",
    "sixteenth": "sixteen", "seventeenth": "seventeen", "eighteenth": "eighteen", "nineteenth": "nineteen",
    "twentieth": "twenty", "thirtieth": "thirty", "fortieth": "forty", "fiftieth": "fifty",
    "sixtieth": "sixty",
    "seventieth": "seventy", "eightieth": "eighty", "ninetieth": "ninety", "hundredth": "hundred",
    "thousandth": "thousand", "millionth": "million",
  ]
  private static let months: Set<String> = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november",
    "december",
  ]
  /// Words after which "second" is a unit of time: "the thirty second timer".
  private static let timed: Set<String> = [
    "timer", "timers", "alarm", "countdown", "delay", "pause", "break", "wait", "clip", "interval", "video",
  ]
  private static let fractions: Set<String> = [
    "half", "halves", "third", "thirds", "quarters", "fourth", "fourths", "fifth", "fifths", "sixth",
    "sixths",
    "sevenths", "eighth", "eighths", "ninths", "tenth", "tenths", "hundredths", "thousandths",
  ]

  static func read(_ pieces: ArraySlice<String>, after before: String?) -> Phrase? {
    let count = pieces.prefix { EnglishCardinals.isNumber($0) || $0 == "and" || $0 == "a" }.count
    guard let last = pieces.piece(count), let cardinal = cardinals[last] else { return nil }
    var said = Array(pieces.prefix(count))
    said.append(cardinal)
    guard let read = EnglishCardinals.read(said[...]), read.count == said.count, read.value >= 10 else {
      return nil
    }
    if last == "second" {
      let isDay = before == "the" || before.map(months.contains) == true
      let next = pieces.piece(count + 1)
      guard isDay, next.map(timed.contains) != true else { return nil }
    }
    return Phrase("\(read.value)\(ending(read.value))", read.count)
  }

  /// Returns true if a number is the numerator of a fraction: "two thirds", "one tenth".
  static func isFraction(_ number: Reading, before next: String?) -> Bool {
    guard let next, fractions.contains(next) else { return false }
    return number.value < 10 || next.hasSuffix("s")
  }

  private static func ending(_ value: Int) -> String {
    if (11...13).contains(value % 100) { return "th" }
    switch value % 10 {
    case 1: return "st"
    case 2: return "nd"
    case 3: return "rd"
    default: return "th"
    }
  }
}
