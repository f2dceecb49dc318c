/// Times of day and years: "half past seven", "seven thirty", "nineteen eighty four".
enum EnglishClock {
  private static let minutes = ["half": 30, "quarter": 15]

  /// Reads a time or a year at the beginning of the pieces.
  ///
  /// - Parameter before: The preceding pieces, back to the last mark.
  static func read(_ pieces: ArraySlice<String>, after before: ArraySlice<String>) -> Phrase? {
    pastOrTo(pieces, after: before.last) ?? pair(pieces, after: before.last)
  }

  /// Reads "half past seven", "a quarter to eight", "ten past six", "at ten to six".
  private static func pastOrTo(_ pieces: ArraySlice<String>, after before: String?) -> Phrase? {
    var start = pieces.has(["a", "quarter"], at: 0) ? 1 : 0
    let isNamed: Bool
    let minute: Int
    if let named = pieces.piece(start).flatMap({ minutes[$0] }) {
      (minute, isNamed) = (named, true)
      start += 1
    } else if let read = EnglishCardinals.belowHundred(pieces), read.value < 30 {
      (minute, isNamed) = (read.value, false)
      start += read.count
      if pieces.piece(start) == "minutes" { start += 1 }
    } else {
      return nil
    }
    let direction = pieces.piece(start)
    guard direction == "past" || direction == "to", let hour = hour(pieces.dropFirst(start + 1)) else {
      return nil
    }
    let end = start + 1 + hour.count
    guard !continues(pieces.dropFirst(end)) else { return nil }
    if direction == "past" { return Phrase("\(hour.value):\(twoDigits(minute))", end) }
    // "from ten to eight" is not a time, and "half to" does not occur.
    guard minute != 30, minute == 15 && isNamed || before == "at" || before == "it's" else { return nil }
    return Phrase("\(hour.value == 1 ? 12 : hour.value - 1):\(60 - minute)", end)
  }

  /// Reads two numbers: "seven thirty", "seven oh five", "at nineteen thirty", or the year "nineteen eighty four".
  private static func pair(_ pieces: ArraySlice<String>, after before: String?) -> Phrase? {
    guard before.map(EnglishCardinals.isNumber) != true, let first = single(pieces) else { return nil }
    let rest = pieces.dropFirst(first.count)
    let second: Reading
    if let zero = rest.first, EnglishCardinals.zeros.contains(zero),
      let digit = rest.piece(1).flatMap({ EnglishCardinals.digits[$0] })
    {
      second = Reading(value: digit, count: 2)
    } else if let read = EnglishCardinals.belowHundred(rest), read.value >= 10 {
      second = read
    } else {
      return nil
    }
    let count = first.count + second.count
    guard !continues(pieces.dropFirst(count)) else { return nil }
    let isTime = (1...12).contains(first.value) || before == "at" && first.value < 24
    if isTime, second.value < 60 { return Phrase("\(first.value):\(twoDigits(second.value))", count) }
    if (13...20).contains(first.value) { return Phrase("\(first.value)\(twoDigits(second.value))", count) }
    return nil
  }

  /// Reads the first of two numbers: one to twenty.
  private static func single(_ pieces: ArraySlice<String>) -> Reading? {
    guard let read = EnglishCardinals.belowHundred(pieces), read.count == 1, read.value <= 20 else {
      return nil
    }
    return read
  }

  private static func hour(_ pieces: ArraySlice<String>) -> Reading? {
    guard let read = single(pieces), read.value <= 12 else { return nil }
    return read
  }

  /// Returns true if the number continues or counts something, so that it is not a time.
  private static func continues(_ pieces: ArraySlice<String>) -> Bool {
    guard let next = pieces.first else { return false }
    return EnglishCardinals.isNumber(next) || next == "point" || next == "per"
      || EnglishNumbers.measures.contains(next)
  }
}
