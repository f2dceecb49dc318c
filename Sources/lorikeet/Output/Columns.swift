internal import SystemPaths

extension String {
  /// Blanks behind the text, so that columns are as wide in each line.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// The text for people without line breaks: a message must not forge a line of its own.
  var inOneLine: String {
    readable.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
