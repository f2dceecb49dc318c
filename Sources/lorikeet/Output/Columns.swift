internal import SystemPaths

extension String {
  /// Returns the text followed by blanks up to a column's width, in characters.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// The readable text without line breaks, so that it cannot forge a line of its own.
  var inOneLine: String {
    readable.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
