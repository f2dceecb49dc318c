/// A set of a file's bytes: ranges that neither overlap nor touch, in ascending order.
struct ByteRanges: Sendable, Equatable {
  private(set) var ranges: [Range<Int>] = []

  /// The number of bytes in the set.
  var count: Int { ranges.reduce(0) { $0 + $1.count } }

  mutating func insert(_ new: Range<Int>) {
    guard !new.isEmpty else { return }
    let before = ranges.prefix { $0.upperBound < new.lowerBound }
    let after = ranges.drop { $0.lowerBound <= new.upperBound }
    let merged = ranges[before.endIndex..<after.startIndex].reduce(new) { whole, range in
      min(whole.lowerBound, range.lowerBound)..<max(whole.upperBound, range.upperBound)
    }
    ranges = before + [merged] + after
  }

  /// The gaps inside `whole`.
  func missing(in whole: Range<Int>) -> [Range<Int>] {
    var gaps: [Range<Int>] = []
    var start = whole.lowerBound
    for range in ranges where range.upperBound > start && range.lowerBound < whole.upperBound {
      if range.lowerBound > start { gaps.append(start..<range.lowerBound) }
      start = range.upperBound
    }
    if start < whole.upperBound { gaps.append(start..<whole.upperBound) }
    return gaps
  }

  /// The missing parts of a file of `size` bytes, in pieces of at most `limit` bytes: one request each.
  func parts(missingFrom size: Int, limit: Int) -> [Range<Int>] {
    missing(in: 0..<max(size, 0)).flatMap { gap in
      stride(from: gap.lowerBound, to: gap.upperBound, by: max(limit, 1)).map { start in
        start..<min(start + max(limit, 1), gap.upperBound)
      }
    }
  }
}
