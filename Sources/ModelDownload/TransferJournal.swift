internal import Storage

/// The text file beside a partial file that lists the bytes on disk: one line for the file's identity, and one for
/// each range that was written and synchronized. Lines are only ever appended.
enum TransferJournal {
  /// The first line. A journal with a different one belongs to other content, and so does its partial file.
  static func header(_ identity: FileIdentity) -> String {
    "lorikeet-transfer-1 \(identity.size) \(identity.digest)\n"
  }

  static func line(_ range: Range<Int>) -> String { "\(range.lowerBound) \(range.upperBound)\n" }

  /// Parses the ranges of a journal, up to the first invalid line: the last line can be truncated.
  ///
  /// - Returns: nil if the journal belongs to other content.
  static func parse(_ text: String, of identity: FileIdentity) -> ByteRanges? {
    let header = header(identity)
    guard text.hasPrefix(header) else { return nil }
    var finished = ByteRanges()
    var rest = text.dropFirst(header.count)
    while let end = rest.firstIndex(of: "\n") {
      guard let range = range(rest[..<end], upTo: identity.size) else { break }
      finished.insert(range)
      rest = rest[end...].dropFirst()
    }
    return finished
  }

  private static func range(_ line: Substring, upTo size: Int) -> Range<Int>? {
    let numbers = line.split(separator: " ", omittingEmptySubsequences: false)
    guard numbers.count == 2, let lower = Int(numbers[0]), let upper = Int(numbers[1]),
      0 <= lower, lower < upper, upper <= size
    else { return nil }
    return lower..<upper
  }
}
