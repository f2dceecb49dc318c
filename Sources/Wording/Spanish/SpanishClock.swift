/// Times of day: "las siete y media", "las ocho menos cuarto", "las siete treinta". The article stays.
enum SpanishClock {
  static func read(_ pieces: ArraySlice<String>, after before: String?) -> Phrase? {
    guard let hour = SpanishCardinals.belowHundred(pieces), hour.value <= 24 else { return nil }
    let isTime = before == (hour.value == 1 ? "la" : "las")
    let rest = pieces.dropFirst(hour.count)
    let link = rest.first == "y" || rest.first == "menos" ? 1 : 0
    guard let minute = minute(rest.dropFirst(link), isTime: isTime, isLinked: link > 0) else { return nil }
    let count = hour.count + link + minute.count
    guard !continues(pieces.dropFirst(count)) else { return nil }
    if rest.first == "menos" {
      guard minute.value < 30 else { return nil }
      return Phrase("\(hour.value == 1 ? 12 : hour.value - 1):\(60 - minute.value)", count)
    }
    return Phrase("\(hour.value):\(twoDigits(minute.value))", count)
  }

  /// Reads "cuarto", "media", and after "las" and an hour "cinco", "diez", "treinta y cinco".
  private static func minute(_ pieces: ArraySlice<String>, isTime: Bool, isLinked: Bool) -> Reading? {
    if isLinked, pieces.first == "cuarto" { return Reading(value: 15, count: 1) }
    guard isTime else { return nil }
    if isLinked, pieces.first == "media" { return Reading(value: 30, count: 1) }
    guard let read = SpanishCardinals.belowHundred(pieces), read.value < 60,
      read.value >= 10 || isLinked && read.value == 5
    else { return nil }
    return read
  }

  /// Returns true if the number continues or counts something, so that it is not a time.
  private static func continues(_ pieces: ArraySlice<String>) -> Bool {
    guard let next = pieces.first else { return false }
    return SpanishCardinals.isNumber(next) || next == "por" || SpanishNumbers.measures.contains(next)
      || next == "coma" || next == "punto"
  }
}
