/// The distribution of several runs' values.
struct Spread: Sendable, Equatable {
  let count: Int
  let median, mean, min, max: Double
  /// The 95th percentile; of few values, it lies between the two largest.
  let p95: Double

  /// Summarizes values.
  ///
  /// - Returns: `nil` if there are no values.
  init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    count = sorted.count
    mean = sorted.reduce(0, +) / Double(sorted.count)
    (min, max) = (first, last)
    median = Self.percentile(0.5, of: sorted)
    p95 = Self.percentile(0.95, of: sorted)
  }

  /// Returns a percentile, interpolated between two values as NumPy does by default (Hyndman and Fan's definition 7).
  ///
  /// - Parameters:
  ///   - part: The percentile as a fraction, 0 to 1.
  ///   - sorted: The sorted values, at least one.
  private static func percentile(_ part: Double, of sorted: [Double]) -> Double {
    let position = part * Double(sorted.count - 1)
    let below = Int(position)
    let above = Swift.min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
  }
}
