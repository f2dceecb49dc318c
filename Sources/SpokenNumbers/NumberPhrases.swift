/// Decides which words of a text are numbers, and how they are written.
struct NumberPhrases {
  private let pieces: NumberPieces
  private let rules: NumberRules
  private let context: NumberContext
  private let points: [(words: [String], sign: String)]
  private let place: SpokenNumbers.Place
  private var chart: NumberChart
  /// The pieces before which a number ends, in digits or not.
  private var numberEnds: Set<Int> = []

  /// A phrase with a number: the text for each number of pieces; `nil` if the pieces are unchanged.
  private struct Phrase {
    var parts: [(text: String?, count: Int)]

    init(_ text: String?, _ count: Int) { parts = [(text, count)] }

    var count: Int { parts.reduce(0) { $0 + $1.count } }
  }

  /// A number without sign and unit.
  private struct Amount {
    /// The digits; `nil` if it is better left in words.
    var digits: String?
    /// The piece after it.
    var end: Int
    /// True if it stands where a value is expected.
    var isValue: Bool
  }

  init(_ pieces: NumberPieces, _ numbers: SpokenNumbers, _ place: SpokenNumbers.Place) {
    self.pieces = pieces
    rules = numbers.rules
    context = numbers.context
    points = numbers.points
    self.place = place
    chart = NumberChart(pieces.text, numbers.rules)
    for start in pieces.starts.reversed() { _ = chart.readings(at: start) }
  }

  /// Returns all words, with the numbers in digits.
  mutating func written(_ words: [String]) -> [SpokenNumbers.WrittenWord] {
    var written: [SpokenNumbers.WrittenWord] = []
    var piece = 0
    // Every word has a piece: even a lone mark is one.
    while piece < pieces.count {
      let word = pieces.words[piece]
      guard let phrase = phrase(at: piece).flatMap({ wholeWords($0, at: piece) }) else {
        written.append(.init(text: words[word], source: word..<word + 1))
        while piece < pieces.count, pieces.words[piece] == word { piece += 1 }
        continue
      }
      for part in phrase.parts {
        let range = pieces.words[piece]...pieces.words[piece + part.count - 1]
        if let text = part.text {
          written.append(
            .init(text: pieces.marked(text, range), source: range.lowerBound..<range.upperBound + 1))
        } else {
          written += range.map { .init(text: words[$0], source: $0..<$0 + 1) }
        }
        piece += part.count
      }
    }
    return written
  }

  /// Returns a phrase if it consists of whole words. A unit may follow with a hyphen: "five-minute".
  private func wholeWords(_ phrase: Phrase, at piece: Int) -> Phrase? {
    var phrase = phrase
    let end = piece + phrase.count
    if !pieces.endsWord(before: end) {
      guard let last = phrase.parts.popLast(), let text = last.text, pieces.endsWord(before: end + 1),
        let unit = pieces[end], context.hyphenated.contains(unit)
      else { return nil }
      phrase.parts.append(("\(text)-\(unit)", last.count + 1))
    }
    var first = piece
    for part in phrase.parts {
      guard pieces.beginsWord(first) else { return nil }
      first += part.count
    }
    return phrase
  }

  private mutating func phrase(at piece: Int) -> Phrase? {
    if let idiom = context.idioms.first(where: { pieces.has($0, at: piece) }) {
      return Phrase(nil, idiom.count)
    }
    if var time = clock(at: piece) {
      time.parts += letters(at: piece + time.count)
      return time
    }
    return ordinal(at: piece) ?? amount(at: piece)
  }

  // MARK: - Readings

  /// Returns the longest number of a set from a piece on that consists of whole pieces.
  private mutating func longest(
    _ set: NumberRules.SetIndex?, at piece: Int, below limit: Int = .max
  ) -> (value: Int, end: Int)? {
    guard let set, piece < pieces.count else { return nil }
    var best: (value: Int, end: Int)?
    var bestIsWhole = false
    for reading in chart.readings(at: pieces.starts[piece]) where reading.set == set && reading.value < limit
    {
      guard let end = pieces.piece(after: reading.end, from: piece),
        end == piece + 1 || !context.apart.contains(pieces.texts[end - 1])
      else { continue }
      let isWhole = canEnd(before: end)
      guard best == nil || (isWhole == bestIsWhole ? end > best?.end ?? 0 : isWhole) else { continue }
      best = (reading.value, end)
      bestIsWhole = isWhole
    }
    return best
  }

  /// Returns true if a number ends before a piece rather than another, shorter one: not within a word ("vingt
  /// quatre-vingt-dix"), and not before a word that multiplies ("one hundred and two hundred").
  private func canEnd(before piece: Int) -> Bool {
    guard pieces.endsWord(before: piece) || pieces[piece].map(context.hyphenated.contains) == true else {
      return false
    }
    return pieces.continuation(piece).map(rules.scales.contains) != true
  }

  /// Returns true if a number begins at a piece, and not just an article.
  private mutating func isNumber(at piece: Int) -> Bool {
    guard let number = longest(rules.cardinals, at: piece) else { return false }
    return number.end > piece + 1 || !context.articles.contains(pieces.texts[piece])
  }

  private func isPercent(at piece: Int) -> [String]? {
    pieces.continuation(piece) == nil ? nil : context.percents.first { pieces.has($0, at: piece) }
  }

  private func isMeasure(at piece: Int) -> Bool {
    pieces.continuation(piece).map(context.measures.contains) == true
  }

  /// The sign that pieces say between the digits of a number, and the piece after them; `nil` if they say none.
  private func decimalSign(at piece: Int) -> (sign: String, end: Int)? {
    points.first { pieces.has($0.words, at: piece) }.map { ($0.sign, piece + $0.words.count) }
  }

  // MARK: - Times of day and ordinal numbers

  private mutating func clock(at piece: Int) -> Phrase? {
    guard !numberEnds.contains(piece) else { return nil }
    for pattern in context.clocks {
      if !pattern.before.isEmpty {
        guard let before = pieces.piece(before: piece), pattern.before.contains(before) else { continue }
      }
      guard let time = match(pattern, at: piece), !continuesNumber(at: time.end) else { continue }
      numberEnds.insert(time.end)
      return Phrase(pattern.written(hour: time.hour, minute: time.minute), time.end - piece)
    }
    return nil
  }

  private mutating func match(
    _ pattern: ClockPattern, at piece: Int
  ) -> (hour: Int, minute: Int, end: Int)? {
    var time = (hour: 0, minute: 0, end: piece)
    for element in pattern.elements {
      guard let word = time.end == piece ? pieces[piece] : pieces.continuation(time.end) else {
        if case .words(_, isOptional: true) = element { continue }
        return nil
      }
      switch element {
      case .words(let words, let isOptional):
        if words.contains(word) { time.end += 1 } else if !isOptional { return nil }
      case .number(let name, let range):
        guard let number = longest(rules.cardinals, at: time.end), range.contains(number.value) else {
          return nil
        }
        if name == "h" { time.hour = number.value } else { time.minute = number.value }
        time.end = number.end
      }
    }
    return time
  }

  /// Returns true if a number continues at a piece or counts something there, so that it is not a time.
  private mutating func continuesNumber(at piece: Int) -> Bool {
    guard pieces.continuation(piece) != nil else { return false }
    return isNumber(at: piece) || decimalSign(at: piece) != nil || isMeasure(at: piece)
      || isPercent(at: piece) != nil
  }

  /// Reads an ordinal number: from ten on in digits. A word that is a unit, too, such as "second", needs a reason.
  private mutating func ordinal(at piece: Int) -> Phrase? {
    var best: (value: Int, end: Int, suffix: OrdinalSuffix)?
    for (set, suffix) in rules.ordinals {
      guard let number = longest(set, at: piece), number.end > best?.end ?? 0 else { continue }
      best = (number.value, number.end, suffix)
    }
    guard let best, best.end > longest(rules.cardinals, at: piece)?.end ?? 0 else { return nil }
    guard best.value >= 10, place == .everywhere else { return Phrase(nil, best.end - piece) }
    if context.ordinalUnits.contains(pieces.texts[best.end - 1]) {
      let isDay = pieces.piece(before: piece).map(context.ordinalAfter.contains) == true
      let next = pieces.continuation(best.end)
      guard isDay, next.map(context.ordinalNever.contains) != true else { return nil }
    }
    numberEnds.insert(best.end)
    return Phrase("\(best.value)\(best.suffix.suffix(of: best.value))", best.end - piece)
  }

  // MARK: - Amounts

  /// Reads a number with sign, decimals and percent.
  private mutating func amount(at piece: Int) -> Phrase? {
    let isNegative = isSign(at: piece)
    let start = isNegative ? piece + 1 : piece
    if isNegative, pieces.continuation(start) == nil { return nil }
    guard var amount = decimal(at: start) ?? half(at: start) ?? whole(at: start, isNegative: isNegative)
    else {
      return nil
    }
    guard var digits = amount.digits else { return isNegative ? nil : Phrase(nil, amount.end - piece) }
    if isNegative, !context.minusBefore.isEmpty,
      pieces.continuation(amount.end).map(context.minusBefore.contains) != true
    {
      return nil
    }
    if let percent = isPercent(at: amount.end) {
      digits += "%"
      amount.end += percent.count
      amount.isValue = true
    }
    numberEnds.insert(amount.end)
    guard place == .everywhere || amount.isValue else { return Phrase(nil, amount.end - piece) }
    var phrase = Phrase(isNegative ? "-\(digits)" : digits, amount.end - piece)
    phrase.parts += letters(at: amount.end)
    return phrase
  }

  /// Returns true if a piece is the sign of a number: "ten minus five" is a sum.
  private func isSign(at piece: Int) -> Bool {
    (rules.minus.contains(pieces.texts[piece]) || context.minus.contains(pieces.texts[piece]))
      && !numberEnds.contains(piece)
      && pieces.piece(before: piece).map(context.minusNever.contains) != true
  }

  /// Reads "twenty one point five", "oh point five", "point five".
  private mutating func decimal(at piece: Int) -> Amount? {
    var whole = longest(rules.cardinals, at: piece) ?? (0, piece)
    if whole.end == piece, context.zeros.contains(pieces.texts[piece]) { whole.end += 1 }
    if whole.end == piece {
      guard !context.pointAlone.isEmpty,
        pieces.piece(before: piece).map(context.pointAlone.contains) != false,
        let point = decimalSign(at: piece), let digits = decimals(at: point.end)
      else { return nil }
      return Amount(digits: "0\(point.sign)\(digits.text)", end: digits.end, isValue: true)
    }
    guard pieces.continuation(whole.end) != nil, let point = decimalSign(at: whole.end),
      let digits = decimals(at: point.end)
    else { return nil }
    let isTenth = pieces.continuation(digits.end).map(context.tenths.contains) == true
    return Amount(
      digits: "\(whole.value)\(point.sign)\(digits.text)", end: isTenth ? digits.end + 1 : digits.end,
      isValue: true)
  }

  /// Reads the digits after a decimal sign: one by one, or a number of two digits.
  private mutating func decimals(at piece: Int) -> (text: String, end: Int)? {
    guard pieces.continuation(piece) != nil else { return nil }
    if let number = longest(rules.cardinals, at: piece, below: 100), number.value >= 10 {
      return ("\(number.value)", number.end)
    }
    var digits = (text: "", end: piece)
    while let word = pieces.continuation(digits.end), !context.apart.contains(word) {
      if let digit = longest(rules.cardinals, at: digits.end, below: 10) {
        digits.text += "\(digit.value)"
        digits.end = digit.end
      } else if context.zeros.contains(word) {
        digits.text += "0"
        digits.end += 1
      } else {
        break
      }
    }
    return digits.text.isEmpty ? nil : digits
  }

  /// Reads "two and a half".
  private mutating func half(at piece: Int) -> Amount? {
    var half = longest(rules.halves, at: piece)
    if let measured = longest(rules.measuredHalves, at: piece), isMeasure(at: measured.end) {
      half = measured
    }
    guard let half, half.end > longest(rules.cardinals, at: piece)?.end ?? 0 else { return nil }
    // Home Assistant's timers know "one and a half hours" in words only.
    let isDuration = place == .values && pieces.continuation(half.end).map(context.durations.contains) == true
    let digits = "\(half.value)\(context.decimalSign)5"
    return Amount(digits: isDuration ? nil : digits, end: half.end, isValue: true)
  }

  private mutating func whole(at piece: Int, isNegative: Bool) -> Amount? {
    guard let number = longest(rules.cardinals, at: piece) else { return nil }
    let word = pieces.texts[piece]
    let isSingle = number.end == piece + 1
    let isArticle = isSingle && context.articles.contains(word)
    if !isArticle { numberEnds.insert(number.end) }
    let next = pieces.continuation(number.end)
    if number.value < 10, let next, context.fractions.contains(next) {
      return Amount(digits: nil, end: number.end + 1, isValue: false)
    }
    let before = pieces.piece(before: piece)
    if isArticle, !isNegative {
      guard isCertain(article: piece, before: before, next: next) else { return nil }
    } else if isSingle, !isNegative, context.doubtful.contains(word) {
      guard isCertain(piece, before: before, next: next) else { return nil }
    }
    // "a minute or two"
    if number.value < 10, let before, context.or.contains(before), pieces.piece(before: piece - 1) != nil,
      !numberEnds.contains(piece - 1)
    {
      return nil
    }
    let isAfterValue = before.map { context.values.contains($0) || context.targets.contains($0) } == true
    return Amount(
      digits: "\(number.value)", end: number.end,
      isValue: isNegative || isAfterValue || isMeasure(at: number.end))
  }

  /// Returns true if a word that is usually an article, such as "un", is a number: before percent, at the end after a word
  /// that a value follows, and in "un, deux".
  private mutating func isCertain(article piece: Int, before: String?, next: String?) -> Bool {
    if isPercent(at: piece + 1) != nil { return true }
    guard next == nil, !context.apart.contains(pieces.texts[piece]) else { return false }
    if let before, context.values.contains(before) || context.targets.contains(before) { return true }
    return numberEnds.contains(piece) && before == nil || isNumber(at: piece + 1)
  }

  /// Returns true if a word that may be something else, such as "one", is a number.
  private mutating func isCertain(_ piece: Int, before: String?, next: String?) -> Bool {
    let end = piece + 1
    if let before, context.pronominal.contains(before) { return false }
    if isPercent(at: end) != nil || isMeasure(at: end) { return true }
    if let next, context.partitive.contains(next) { return false }
    // Hungarian "hét" is seven, and a week.
    let isNumberBefore = numberEnds.contains(piece)
    if isNumberBefore, before != nil, context.measures.contains(pieces.texts[piece]) { return false }
    if let before, context.values.contains(before) || next == nil && context.targets.contains(before) {
      return true
    }
    // "one, two, three", even across marks
    if isNumberBefore || isNumber(at: end) { return true }
    if let before, context.between.contains(before), numberEnds.contains(piece - 1) { return true }
    return next.map(context.between.contains) == true && isNumber(at: end + 1)
  }

  /// Reads letters that are said one by one after a number as one word: "p m".
  private func letters(at piece: Int) -> [(text: String?, count: Int)] {
    guard pieces.continuation(piece) != nil,
      let letters = context.letters.first(where: { pieces.has($0, at: piece) })
    else { return [] }
    return [(letters.joined(), letters.count)]
  }
}
