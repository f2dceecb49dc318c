/// Inverse text normalisation for English.
struct EnglishNumbers: NumberGrammar {
  /// Units that are always counted.
  static let measures: Set<String> = [
    "degree", "degrees", "percent", "minute", "minutes", "hour", "hours", "second", "seconds", "day", "days",
    "week", "weeks", "month", "months", "year", "years", "meter", "meters", "metre", "metres", "kilometer",
    "kilometers", "kilometre", "kilometres", "mile", "miles", "inch", "inches", "foot", "feet", "gram",
    "grams",
    "kilo", "kilos", "kilogram", "kilograms", "pound", "pounds", "ounce", "ounces", "liter", "liters",
    "litre",
    "litres", "cup", "cups", "watt", "watts", "volt", "volts", "dollar", "dollars", "euro", "euros", "cent",
    "cents",
    "lux", "kelvin", "decibel", "decibels", "times",
  ]
  /// Units after "one" that make it a number, unlike "one day" and "one time".
  private static let measuresOfOne = measures.subtracting(["day", "times", "second"])
    .union(["o'clock", "am", "pm", "a.m", "p.m", "celsius", "fahrenheit"])
  /// Words that a number follows.
  private static let numbered: Set<String> = [
    "number", "channel", "volume", "level", "step", "preset", "scene", "zone", "station", "input", "page",
    "chapter", "track", "episode", "season", "line", "floor", "speed", "minus", "plus", "equals",
  ]
  /// Words after which "one" is a pronoun.
  private static let pronominal: Set<String> = [
    "no", "any", "every", "some", "each", "the", "this", "that", "which", "another", "only", "a", "last",
    "next",
  ]
  /// Words after which "point five" is a number, as it is at the beginning.
  private static let beforePoint: Set<String> = [
    "to", "by", "at", "is", "about", "of", "plus", "minus", "or", "than", "from", "around", "equals",
  ]

  let hyphenatedUnits: Set<String> = [
    "degree", "minute", "hour", "second", "day", "week", "month", "year", "percent", "watt", "inch", "foot",
  ]

  func phrase(in pieces: ArraySlice<String>, context: PhraseContext) -> Phrase? {
    if var time = EnglishClock.read(pieces, after: context.before) {
      time.add(Self.meridiem(pieces.dropFirst(time.count)))
      return time
    }
    if let ordinal = EnglishOrdinals.read(pieces, after: context.before.last) { return ordinal }
    return amount(in: pieces, context: context)
  }

  /// Reads a number with sign, decimals and percent.
  private func amount(in pieces: ArraySlice<String>, context: PhraseContext) -> Phrase? {
    // "ten minus five" is a sum.
    let isNegative =
      pieces.first == "minus" && context.before.last.map(EnglishCardinals.isNumber) != true
    let sign = isNegative ? 1 : 0
    let unsigned = pieces.dropFirst(sign)
    guard
      let number = decimal(unsigned, context: context)
        ?? whole(unsigned, context: context, isSigned: isNegative)
    else {
      return nil
    }
    guard var text = number.parts.first?.text else { return number }
    var count = number.count
    if unsigned.piece(count) == "percent" || unsigned.has(["per", "cent"], at: count) {
      text += "%"
      count += unsigned.piece(count) == "percent" ? 1 : 2
    }
    var phrase = Phrase(isNegative ? "-\(text)" : text, sign + count)
    phrase.add(Self.meridiem(unsigned.dropFirst(count)))
    return phrase
  }

  /// Reads "twenty one point five", "oh point five", "point five", "two and a half".
  private func decimal(_ pieces: ArraySlice<String>, context: PhraseContext) -> Phrase? {
    var whole = EnglishCardinals.read(pieces) ?? Reading(value: 0, count: 0)
    if whole.count == 0, let first = pieces.first, EnglishCardinals.zeros.contains(first) { whole.count = 1 }
    if whole.count > 0, pieces.has(["and", "a", "half"], at: whole.count) {
      return Phrase("\(whole.value).5", whole.count + 3)
    }
    guard pieces.piece(whole.count) == "point",
      let decimals = EnglishCardinals.decimals(pieces.dropFirst(whole.count + 1))
    else { return nil }
    if whole.count == 0, let before = context.before.last, !Self.beforePoint.contains(before) { return nil }
    return Phrase("\(whole.value).\(decimals.text)", whole.count + 1 + decimals.count)
  }

  private func whole(_ pieces: ArraySlice<String>, context: PhraseContext, isSigned: Bool) -> Phrase? {
    guard let number = EnglishCardinals.read(pieces) else { return nil }
    let next = pieces.piece(number.count)
    if EnglishOrdinals.isFraction(number, before: next) { return Phrase(nil, number.count + 1) }
    if number.count == 1, number.value == 1, !isSigned, !isNumber(one: pieces.dropFirst(), context: context) {
      return nil
    }
    // "a minute or two"
    if number.value < 10, context.before.last == "or", let before = context.before.dropLast().last,
      !EnglishCardinals.isNumber(before)
    {
      return nil
    }
    return Phrase("\(number.value)", number.count)
  }

  /// Returns true if "one" is a number and not a pronoun.
  private func isNumber(one behind: ArraySlice<String>, context: PhraseContext) -> Bool {
    if let before = context.before.last {
      if Self.pronominal.contains(before) { return false }
      if Self.numbered.contains(before) { return behind.first != "of" }
      if before == "to", behind.isEmpty { return true }
    }
    if let next = behind.first,
      Self.measuresOfOne.contains(next) || next == "per" && behind.piece(1) == "cent"
    {
      return true
    }
    if let before = context.nearBefore, EnglishCardinals.isNumber(before) { return true }
    if ["or", "to", "and"].contains(context.before.last),
      let before = context.before.dropLast().last, EnglishCardinals.isNumber(before)
    {
      return behind.first != "of"
    }
    guard let next = behind.first ?? context.nearAfter else { return false }
    if EnglishCardinals.isNumber(next) { return true }
    return ["or", "to", "and"].contains(next) && behind.piece(1).map(EnglishCardinals.isNumber) == true
  }

  /// Reads "a m" or "p m" as one word.
  private static func meridiem(_ pieces: ArraySlice<String>) -> Phrase? {
    guard let first = pieces.first, first == "a" || first == "p", pieces.piece(1) == "m" else { return nil }
    return Phrase("\(first)m", 2)
  }
}

extension Phrase {
  /// Appends another phrase.
  mutating func add(_ next: Phrase?) {
    if let next { parts += next.parts }
  }
}
