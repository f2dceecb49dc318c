/// Colours, where a person sees them.
struct Style: Sendable, Equatable {
  enum Colour: Int {
    case red = 31
    case green = 32
    case yellow = 33
  }

  let isColoured: Bool

  static let plain = Style(isColoured: false)

  init(isColoured: Bool) {
    self.isColoured = isColoured
  }

  /// - Parameters:
  ///   - noColour: `NO_COLOR`; who sets it wants none (no-color.org).
  ///   - terminal: `TERM`, the terminal's kind.
  init(isTerminal: Bool, noColour: String?, terminal: String?) {
    isColoured = isTerminal && (noColour ?? "").isEmpty && Self.isAble(terminal)
  }

  /// Whether a terminal knows more than to print one line after the other.
  static func isAble(_ terminal: String?) -> Bool { !["", "dumb"].contains(terminal ?? "") }

  /// The text in the colour; as it is without one.
  func callAsFunction(_ text: String, _ colour: Colour?) -> String {
    guard isColoured, let colour else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }
}
