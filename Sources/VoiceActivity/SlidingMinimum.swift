/// The minimum of the last values, lane by lane, in constant time per value (van Herk's algorithm).
struct SlidingMinimum: Sendable {
  private let length: Int
  /// The values of the block being filled, followed by the rest of the previous block: for each index, the minimum of
  /// its values from there to its end.
  private var block: [Bands]
  private var filled = 0
  private var leastOfFilled = Bands(repeating: .infinity)

  /// - Parameter length: The number of values over which the minimum is taken.
  init(length: Int) {
    self.length = length
    block = Array(repeating: Bands(repeating: .infinity), count: length)
  }

  /// Adds a value and returns the minimum of the last values, including this one.
  mutating func add(_ value: Bands) -> Bands {
    block[filled] = value
    filled += 1
    leastOfFilled = least(leastOfFilled, value)
    guard filled < length else {
      let result = leastOfFilled
      for index in stride(from: length - 2, through: 0, by: -1) {
        block[index] = least(block[index], block[index + 1])
      }
      filled = 0
      leastOfFilled = Bands(repeating: .infinity)
      return result
    }
    return least(leastOfFilled, block[filled])
  }
}

@inline(__always)
private func least(_ a: Bands, _ b: Bands) -> Bands {
  a.replacing(with: b, where: b .< a)
}
