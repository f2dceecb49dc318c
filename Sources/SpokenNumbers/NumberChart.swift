/// The numbers that a text can be read as, from each of its places: a left-corner parser over ``NumberRules`` that keeps
/// every reading.
///
/// Between the parts of a number there may be a space where the rules have none, and none where they have one: models
/// write "twenty one", "twenty-one" and "drei hundert".
struct NumberChart {
  private let rules: NumberRules
  /// The text as UTF-8, in lowercase; a line feed is a mark, which no number crosses.
  private let text: [UInt8]
  /// Readings by their first place.
  private var readings: [Int: [Reading]] = [:]

  /// A number in a text.
  struct Reading: Equatable {
    var set: NumberRules.SetIndex
    var value: Int
    /// The place after it.
    var end: Int
  }

  /// Numbers in the slots of a rule.
  private struct Filling {
    var quotient: Int?
    var remainder: Int?
    var same: Int?
  }

  init(_ text: [UInt8], _ rules: NumberRules) {
    self.rules = rules
    self.text = text
  }

  /// Returns all numbers that begin at a place, of all sets.
  ///
  /// A number can contain others, each further back in the text. Whoever wants the numbers at several places asks for the
  /// last place first, so that the depth of recursion does not depend on the length of the text.
  mutating func readings(at place: Int) -> [Reading] {
    let place = skippingSpace(place)
    if let known = readings[place] { return known }
    var found: [Reading] = []
    for index in rules.rules(beginningAt: place, of: text) {
      let rule = rules.rules[index]
      guard case .literal(let literal) = rules.parts[rule.parts.lowerBound],
        let end = match(literal, at: place)
      else { continue }
      complete(rule, from: rule.parts.lowerBound + 1, at: end, Filling(), &found)
    }
    var next = 0
    while next < found.count {
      let corner = found[next]
      next += 1
      for index in rules.rules(beginningWith: corner.set) {
        let rule = rules.rules[index]
        guard case .slot(let slot, _) = rules.parts[rule.parts.lowerBound],
          let filling = filling(Filling(), slot, with: corner.value, in: rule)
        else { continue }
        complete(rule, from: rule.parts.lowerBound + 1, at: corner.end, filling, &found)
      }
    }
    readings[place] = found
    return found
  }

  /// Reads the rest of a rule, and adds the numbers that it makes.
  private mutating func complete(
    _ rule: NumberRules.Rule, from part: Int, at place: Int, _ filling: Filling, _ found: inout [Reading]
  ) {
    guard part < rule.parts.upperBound else {
      let value = rules.value(
        of: rule, quotient: filling.quotient, remainder: filling.remainder, same: filling.same)
      guard let value else { return }
      let reading = Reading(set: rule.set, value: value, end: place)
      if !found.contains(reading) { found.append(reading) }
      return
    }
    switch rules.parts[part] {
    case .literal(let literal):
      // A literal after "~" directly follows what is before it: "thirteen" and "th".
      let isJoined = rules.literals[literal.lowerBound] == UInt8(ascii: "~")
      guard
        let end = isJoined
          ? match(literal.dropFirst(), at: place) : match(literal, at: skippingSpace(place))
      else { return }
      complete(rule, from: part + 1, at: end, filling, &found)
    case .slot(let slot, let set):
      for reading in readings(at: place) where reading.set == set {
        guard let filling = self.filling(filling, slot, with: reading.value, in: rule) else { continue }
        complete(rule, from: part + 1, at: reading.end, filling, &found)
      }
    }
  }

  /// Puts a number into a slot; `nil` if the rule spells no number with it.
  private func filling(
    _ filling: Filling, _ slot: NumberRules.Slot, with value: Int, in rule: NumberRules.Rule
  ) -> Filling? {
    var filling = filling
    switch slot {
    case .quotient:
      guard value <= rule.values.upperBound / rule.divisor, value >= rule.values.lowerBound / rule.divisor
      else { return nil }
      filling.quotient = value
    case .remainder:
      guard value < rule.divisor else { return nil }
      filling.remainder = value
    case .same:
      guard rule.values.contains(value) else { return nil }
      filling.same = value
    }
    return filling
  }

  private func skippingSpace(_ place: Int) -> Int {
    place < text.count && text[place] == .space ? place + 1 : place
  }

  /// Returns the place after a literal; `nil` if the text is another.
  private func match(_ literal: Range<Int>, at place: Int) -> Int? {
    var place = place
    for index in literal {
      let byte = rules.literals[index]
      if byte == .space {
        place = skippingSpace(place)
      } else {
        guard place < text.count, text[place] == byte else { return nil }
        place += 1
      }
    }
    return place
  }
}
