/// The colours of text in a terminal.
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
  ///   - isTerminal: True if the output is a terminal.
  ///   - noColour: The value of `NO_COLOR`, which turns colours off (no-color.org).
  ///   - terminal: The value of `TERM`, the kind of terminal.
  init(isTerminal: Bool, noColour: String?, terminal: String?) {
    isColoured = isTerminal && (noColour ?? "").isEmpty && Self.isAble(terminal)
  }

  /// Returns true if a terminal can do more than print one line after the other.
  static func isAble(_ terminal: String?) -> Bool { !["", "dumb"].contains(terminal ?? "") }

  /// Returns the text in a colour, or unchanged without one.
  func callAsFunction(_ text: String, _ colour: Colour?) -> String {
    guard isColoured, let colour else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }
}
