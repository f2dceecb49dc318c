/// The rules by which a language spells numbers, read in reverse: Unicode's rules for writing a number in words
/// (CLDR, "Rule-Based Number Format"), as `Tools/make_number_rules.py` resolves them.
///
/// A rule belongs to a set, such as the cardinal numbers or the ordinal numbers of one gender. It has literal text and
/// slots for other numbers: "[>c>und]zwanzig" spells 20 to 29, with the remainder of the division by 10 in front.
struct NumberRules: Sendable {
  /// The index of a set of rules.
  typealias SetIndex = UInt8

  /// The relation of a number in a slot to the whole number.
  enum Slot: Sendable {
    case quotient, remainder, same
  }

  enum Part: Sendable {
    /// A range of ``literals``, as UTF-8.
    case literal(Range<Int>)
    case slot(Slot, SetIndex)
  }

  struct Rule: Sendable {
    var set: SetIndex
    /// The numbers that it spells.
    var values: ClosedRange<Int>
    var divisor: Int
    /// True if it spells only multiples of the divisor, false if only others; `nil` for any.
    var isMultiple: Bool?
    var parts: Range<Int>
  }

  private(set) var rules: [Rule] = []
  private(set) var parts: [Part] = []
  private(set) var literals: [UInt8] = []
  /// The set of cardinal numbers.
  private(set) var cardinals: SetIndex?
  /// The set of numbers and a half, whose value is the whole part; and of those that only stand before a measure.
  private(set) var halves: SetIndex?
  private(set) var measuredHalves: SetIndex?
  /// The suffixes of ordinal numbers in digits, by their set.
  private(set) var ordinals: [(set: SetIndex, suffix: OrdinalSuffix)] = []
  /// The words that multiply the number before them: "hundred".
  private(set) var scales: Set<String> = []
  /// True if a word of a number can end with an apostrophe.
  private(set) var hasFinalApostrophe = false
  /// The words of the sign and of the decimal sign.
  private(set) var minus: Set<String> = []
  private(set) var points: [[String]] = []

  private var sets: [String: SetIndex] = [:]
  /// Rules that begin with literal text, by its first two characters.
  private var byBeginning: [UInt64: [Int]] = [:]
  /// Rules that begin with a slot, by the slot's set.
  private var byCorner: [[Int]] = []

  /// Reads the lines of a language in `rules.txt`, whose form `Tools/make_number_rules.py` describes.
  ///
  /// - Parameters:
  ///   - lines: The lines; those without a meaning are ignored.
  ///   - more: Further rules, each after the name of its set: "c 2 zwo".
  init(lines: [Substring], more: [String] = []) {
    var set: SetIndex = 0
    for line in lines {
      if let name = line.after("% ") {
        set = index(of: name)
      } else if let word = line.after("minus ") {
        minus.insert(String(word))
      } else if let word = line.after("point ") {
        points.append(word.split(separator: " ").map(String.init))
      } else if let suffix = line.after("suffix ") {
        ordinals.append((set, OrdinalSuffix(suffix)))
      } else {
        add(line, to: set)
      }
    }
    for line in more {
      let halves = line.split(separator: " ", maxSplits: 1)
      if halves.count == 2 { add(halves[1], to: index(of: halves[0])) }
    }
    cardinals = sets["c"]
    halves = sets["h"]
    measuredHalves = sets["hm"]
  }

  /// Returns the rules whose literal text may begin at a place of a text.
  func rules(beginningAt place: Int, of text: [UInt8]) -> [Int] {
    guard let first = Self.character(at: place, of: text) else { return [] }
    var next = place + first.count
    while next < text.count, text[next] == .space { next += 1 }
    let short = byBeginning[Self.key(first.value, 0)] ?? []
    guard let second = Self.character(at: next, of: text) else { return short }
    return short + (byBeginning[Self.key(first.value, second.value)] ?? [])
  }

  /// Returns the rules that begin with a number of a set.
  func rules(beginningWith set: SetIndex) -> [Int] { byCorner[Int(set)] }

  /// Returns the number that a rule spells with these numbers in its slots; `nil` if it does not spell it.
  func value(of rule: Rule, quotient: Int?, remainder: Int?, same: Int?) -> Int? {
    if let same { return rule.values.contains(same) ? same : nil }
    let remainder = remainder ?? 0
    guard remainder < rule.divisor, rule.isMultiple.map({ $0 == (remainder == 0) }) ?? true else {
      return nil
    }
    let first = rule.values.lowerBound
    if let quotient {
      let (product, overflows) = quotient.multipliedReportingOverflow(by: rule.divisor)
      guard !overflows, product <= Int.max - remainder else { return nil }
      let value = product + remainder
      return rule.values.contains(value) ? value : nil
    }
    if rule.divisor == 1 { return first }
    var value = first - first % rule.divisor + remainder
    if value < first { value += rule.divisor }
    return rule.values.contains(value) ? value : nil
  }

  private mutating func index(of name: some StringProtocol) -> SetIndex {
    if let known = sets[String(name)] { return known }
    let index = SetIndex(clamping: sets.count)
    sets[String(name)] = index
    byCorner.append([])
    return index
  }

  /// Reads "20-29/10 [>c>und]zwanzig" as two rules: with a remainder, and without.
  private mutating func add(_ line: Substring, to set: SetIndex) {
    let halves = line.split(separator: " ", maxSplits: 1)
    guard halves.count == 2, let (values, divisor) = Self.range(halves[0]) else { return }
    let text = Array(String(halves[1]).withPlainLetters.utf8)
    guard text.contains(.opening) else {
      return add(Rule(set: set, values: values, divisor: divisor, parts: 0..<0), text)
    }
    var rule = Rule(set: set, values: values, divisor: divisor, isMultiple: false, parts: 0..<0)
    add(rule, text)
    rule.isMultiple = true
    var isInside = false
    add(
      rule,
      text.filter { byte in
        if byte == .opening { isInside = true }
        defer { if byte == .closing { isInside = false } }
        return !isInside
      })
  }

  private mutating func add(_ rule: Rule, _ text: [UInt8]) {
    var rule = rule
    let first = parts.count
    var place = 0
    while place < text.count {
      if let slot = Slot(text[place]), let end = text[(place + 1)...].firstIndex(of: text[place]) {
        parts.append(.slot(slot, index(of: String(decoding: text[place + 1..<end], as: UTF8.self))))
        place = end + 1
      } else {
        // A bracket ends a literal, too: between the parts of a number there may be a space.
        let end =
          text[(place + 1)...].firstIndex { Slot($0) != nil || $0 == .opening || $0 == .closing }
          ?? text.count
        let literal = text[place..<end].drop { $0 == .opening || $0 == .closing }.trimmed
        if !literal.isEmpty {
          parts.append(.literal(literals.count..<literals.count + literal.count))
          literals += literal
          hasFinalApostrophe = hasFinalApostrophe || literal.last == UInt8(ascii: "'")
        }
        place = end
      }
    }
    rule.parts = first..<parts.count
    if rule.parts.count > 1, case .slot(.quotient, _) = parts[first],
      case .literal(let literal) = parts[first + 1]
    {
      scales.insert(String(decoding: literals[literal].prefix { $0 != .space }, as: UTF8.self))
    }
    guard let corner = parts[rule.parts].first else { return }
    switch corner {
    case .slot(_, let set): byCorner[Int(set)].append(rules.count)
    case .literal(let range):
      guard let first = Self.character(at: range.lowerBound, of: literals) else { return }
      var next = range.lowerBound + first.count
      while next < range.upperBound, literals[next] == .space { next += 1 }
      let second = next < range.upperBound ? Self.character(at: next, of: literals)?.value ?? 0 : 0
      byBeginning[Self.key(first.value, second), default: []].append(rules.count)
    }
    rules.append(rule)
  }

  /// Reads "20", "20-29" or "20-29/10".
  private static func range(_ text: Substring) -> (ClosedRange<Int>, divisor: Int)? {
    let halves = text.split(separator: "/")
    let ends = halves.first?.split(separator: "-").compactMap { Int($0) } ?? []
    guard let first = ends.first, let last = ends.last, first >= 0, first <= last else { return nil }
    guard halves.count == 2 else { return (first...last, 1) }
    guard let divisor = Int(halves[1]), divisor > 0 else { return nil }
    return (first...last, divisor)
  }

  private static func key(_ first: UInt32, _ second: UInt32) -> UInt64 {
    UInt64(first) << 32 | UInt64(second)
  }

  /// Returns the bytes of a UTF-8 character as a number, and how many they are.
  private static func character(at place: Int, of text: [UInt8]) -> (value: UInt32, count: Int)? {
    guard place < text.count else { return nil }
    var value = UInt32(text[place])
    var count = 1
    while place + count < text.count, text[place + count] & 0xC0 == 0x80 {
      value = value << 8 | UInt32(text[place + count])
      count += 1
    }
    return (value, count)
  }
}

extension NumberRules.Slot {
  fileprivate init?(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "<"): self = .quotient
    case UInt8(ascii: ">"): self = .remainder
    case UInt8(ascii: "="): self = .same
    default: return nil
    }
  }
}

extension UInt8 {
  static let space = UInt8(ascii: " ")
  fileprivate static let opening = UInt8(ascii: "[")
  fileprivate static let closing = UInt8(ascii: "]")
}

extension ArraySlice<UInt8> {
  fileprivate var trimmed: Self {
    let start = firstIndex { $0 != .space } ?? endIndex
    let end = lastIndex { $0 != .space }.map { $0 + 1 } ?? start
    return self[start..<end]
  }
}

extension Substring {
  /// Returns the text after a beginning; `nil` if it begins otherwise.
  func after(_ beginning: String) -> Substring? {
    hasPrefix(beginning) ? dropFirst(beginning.count) : nil
  }
}
