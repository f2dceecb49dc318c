/// English cardinal numbers: "two hundred and five", "twelve hundred", "a hundred".
enum EnglishCardinals {
  static let digits = [
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
  ]
  static let teens = [
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
  ]
  static let tens = [
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
  ]
  private static let scales = ["thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000]
  /// Words for zero; "oh" and "o" only next to other digits.
  static let zeros: Set<String> = ["zero", "oh", "o"]

  /// Returns true if a word occurs only in numbers, unlike "and", "a", "oh".
  static func isNumber(_ word: String) -> Bool {
    digits[word] != nil || teens[word] != nil || tens[word] != nil || isScale(word) || word == "zero"
  }

  static func isScale(_ word: String) -> Bool { scales[word] != nil || word == "hundred" }

  /// Returns the longest number at the beginning of the pieces.
  static func read(_ pieces: ArraySlice<String>) -> Reading? {
    if pieces.first == "zero" { return Reading(value: 0, count: 1) }
    var total = 0
    var count = 0
    var limit = Int.max
    while true {
      // The part after "thousand" is less than a thousand.
      var group: Reading
      let pause = count > 0 && pieces.piece(count) == "and" ? 1 : 0
      if count == 0, pieces.first == "a", let next = pieces.piece(1), isScale(next) {
        group = Reading(value: 1, count: 1)
        if next == "hundred" { group = belowThousand(pieces) ?? group }
      } else if let read = belowThousand(pieces.dropFirst(count + pause)) {
        group = read
      } else {
        break
      }
      let end = count + pause + group.count
      guard let scale = pieces.piece(end).flatMap({ scales[$0] }) else {
        guard group.value < limit else { break }
        return Reading(value: total + group.value, count: end)
      }
      guard scale < limit, group.value < 1000 else { break }
      (total, count, limit) = (total + group.value * scale, end + 1, scale)
    }
    return count > 0 ? Reading(value: total, count: count) : nil
  }

  /// Reads "five", "two hundred and five", also "twelve hundred".
  private static func belowThousand(_ pieces: ArraySlice<String>) -> Reading? {
    var read = pieces.first == "a" ? Reading(value: 1, count: 1) : belowHundred(pieces)
    guard var hundreds = read, pieces.piece(hundreds.count) == "hundred", hundreds.value % 10 > 0 else {
      return pieces.first == "a" ? nil : read
    }
    hundreds = Reading(value: hundreds.value * 100, count: hundreds.count + 1)
    read = hundreds
    let pause = pieces.piece(hundreds.count) == "and" ? 1 : 0
    let rest = pieces.dropFirst(hundreds.count + pause)
    if let tail = belowHundred(rest), rest.piece(tail.count) != "hundred" {
      read = Reading(value: hundreds.value + tail.value, count: hundreds.count + pause + tail.count)
    }
    return read
  }

  /// Reads 1 to 99.
  static func belowHundred(_ pieces: ArraySlice<String>) -> Reading? {
    guard let first = pieces.first else { return nil }
    if let value = digits[first] ?? teens[first] { return Reading(value: value, count: 1) }
    guard let value = tens[first] else { return nil }
    if let digit = pieces.piece(1).flatMap({ digits[$0] }) { return Reading(value: value + digit, count: 2) }
    return Reading(value: value, count: 1)
  }

  /// Reads decimals after the point: single digits, or a two-digit number.
  ///
  /// - Returns: The digits and the number of their pieces; `nil` if there are none.
  static func decimals(_ pieces: ArraySlice<String>) -> (text: String, count: Int)? {
    if let first = pieces.first, digits[first] == nil, let number = belowHundred(pieces) {
      return ("\(number.value)", number.count)
    }
    let said = pieces.prefix { digits[$0] != nil || zeros.contains($0) }
    return said.isEmpty ? nil : (said.map { "\(digits[$0] ?? 0)" }.joined(), said.count)
  }
}
