/// A time of day as said and as written: "half past {h:1-12} = {h}:30", "at|it's > {m:1-29} to {h:1-12} = {h-1}:{60-m}".
///
/// `{h:1-12}` is a number in a range, `[a]` may be left out, `a|b` is either word, and words before `>` precede the time
/// without being part of it. On the right, `{mm}` is the minute in two digits.
struct ClockPattern: Sendable {
  enum Element: Sendable {
    case words([String], isOptional: Bool)
    case number(String, ClosedRange<Int>)
  }

  /// The words that precede the time; empty for anything.
  private(set) var before: Set<String> = []
  private(set) var elements: [Element] = []
  private let template: Substring

  init?(_ line: Substring) {
    let halves = line.split(separator: "=", maxSplits: 1)
    guard halves.count == 2 else { return nil }
    template = halves[1].drop { $0 == " " }
    for word in halves[0].split(separator: " ") {
      if word == ">" {
        for case .words(let words, _) in elements { before.formUnion(words) }
        elements = []
      } else if word.hasPrefix("{") {
        let parts = word.dropFirst().dropLast().split(separator: ":")
        let ends = parts.last?.split(separator: "-").compactMap { Int($0) } ?? []
        guard parts.count == 2, let first = ends.first, let last = ends.last, first <= last else {
          return nil
        }
        elements.append(.number(String(parts[0]), first...last))
      } else {
        let isOptional = word.hasPrefix("[")
        let words = (isOptional ? word.dropFirst().dropLast() : word).split(separator: "|").map(String.init)
        elements.append(.words(words, isOptional: isOptional))
      }
    }
    if elements.isEmpty { return nil }
  }

  /// Returns the written form of a time.
  func written(hour: Int, minute: Int) -> String {
    var text = ""
    var rest = template
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text += rest[..<open]
      switch rest[rest.index(after: open)..<close] {
      case "h": text += "\(hour)"
      case "h-1": text += "\(hour == 1 ? 12 : hour == 0 ? 23 : hour - 1)"
      case "h+12": text += "\((hour + 12) % 24)"
      case "m": text += "\(minute)"
      case "mm": text += Self.twoDigits(minute)
      case "60-m": text += Self.twoDigits(60 - minute)
      case "30-m": text += Self.twoDigits(30 - minute)
      case "30+m": text += Self.twoDigits(30 + minute)
      default: text += rest[open...close]
      }
      rest = rest[rest.index(after: close)...]
    }
    return text + rest
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
