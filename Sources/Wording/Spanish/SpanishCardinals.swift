/// Spanish cardinal numbers: "treinta y dos", "mil doscientos", "veintiún". Accents are ignored.
enum SpanishCardinals {
  /// "One" in all genders.
  static let one: Set<String> = ["uno", "una", "un"]
  private static let digits = [
    "uno": 1, "una": 1, "un": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8,
    "nueve": 9,
  ]
  private static let teens = [
    "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16,
    "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiuno": 21, "veintiuna": 21,
    "veintiun": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25,
    "veintiseis": 26,
    "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
  ]
  private static let tens = [
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80,
    "noventa": 90,
  ]
  private static let hundreds = [
    "ciento": 100, "doscient": 200, "trescient": 300, "cuatrocient": 400, "quinient": 500, "seiscient": 600,
    "setecient": 700, "ochocient": 800, "novecient": 900,
  ]

  /// Returns true if a word occurs only in numbers.
  static func isNumber(_ word: String) -> Bool {
    let word = word.withoutAccents
    if one.contains(word) { return false }
    return digits[word] != nil || teens[word] != nil || tens[word] != nil || hundred(word) != nil
      || ["cero", "cien", "mil", "millon", "millones"].contains(word)
  }

  /// Returns the longest number at the beginning of the pieces.
  static func read(_ pieces: ArraySlice<String>) -> Reading? {
    if pieces.first == "cero" { return Reading(value: 0, count: 1) }
    guard let first = belowMillion(pieces) else { return nil }
    let scale = pieces.piece(first.count)?.withoutAccents
    guard scale == "millones" || scale == "millon" && first.value == 1 else { return first }
    let million = Reading(value: first.value * 1_000_000, count: first.count + 1)
    let rest = pieces.dropFirst(million.count)
    guard let tail = belowMillion(rest), rest.piece(tail.count)?.withoutAccents.hasPrefix("millon") != true
    else {
      return million
    }
    return Reading(value: million.value + tail.value, count: million.count + tail.count)
  }

  private static func belowMillion(_ pieces: ArraySlice<String>) -> Reading? {
    let first = pieces.first == "mil" ? Reading(value: 1, count: 0) : belowThousand(pieces)
    guard let first, pieces.piece(first.count) == "mil" else { return first }
    let thousand = Reading(value: first.value * 1000, count: first.count + 1)
    let rest = pieces.dropFirst(thousand.count)
    guard let tail = belowThousand(rest), rest.piece(tail.count) != "mil" else { return thousand }
    return Reading(value: thousand.value + tail.value, count: thousand.count + tail.count)
  }

  private static func belowThousand(_ pieces: ArraySlice<String>) -> Reading? {
    guard let first = pieces.first else { return nil }
    if first == "cien" { return Reading(value: 100, count: 1) }
    guard let value = hundred(first) else { return belowHundred(pieces) }
    guard let tail = belowHundred(pieces.dropFirst()) else { return Reading(value: value, count: 1) }
    return Reading(value: value + tail.value, count: 1 + tail.count)
  }

  /// Reads 1 to 99.
  static func belowHundred(_ pieces: ArraySlice<String>) -> Reading? {
    guard let first = pieces.first?.withoutAccents else { return nil }
    if let value = digits[first] ?? teens[first] { return Reading(value: value, count: 1) }
    guard let value = tens[first] else { return nil }
    if pieces.piece(1) == "y", let digit = pieces.piece(2).flatMap({ digits[$0.withoutAccents] }) {
      return Reading(value: value + digit, count: 3)
    }
    return Reading(value: value, count: 1)
  }

  /// Returns the value of "doscientos", "doscientas" and the other hundreds.
  private static func hundred(_ word: String) -> Int? {
    if let value = hundreds[word] { return value }
    guard word.hasSuffix("os") || word.hasSuffix("as") else { return nil }
    return hundreds[String(word.dropLast(2))]
  }

  /// Reads decimals after the comma: "cinco", "cero cinco", "catorce", "uno cuatro uno".
  static func decimals(_ pieces: ArraySlice<String>) -> (text: String, count: Int)? {
    let said = pieces.prefix { $0 == "cero" || digits[$0.withoutAccents] != nil }
    if said.count > 1 { return (said.map { "\(digits[$0.withoutAccents] ?? 0)" }.joined(), said.count) }
    let zeros = pieces.prefix { $0 == "cero" }
    guard let number = belowThousand(pieces.dropFirst(zeros.count)) else {
      return zeros.isEmpty ? nil : (zeros.map { _ in "0" }.joined(), zeros.count)
    }
    return (zeros.map { _ in "0" }.joined() + "\(number.value)", zeros.count + number.count)
  }
}

extension String {
  var withoutAccents: String {
    String(
      map { letter in
        switch letter {
        case "á": "a"
        case "é": "e"
        case "í": "i"
        case "ó": "o"
        case "ú": "u"
        default: letter
        }
      })
  }
}
