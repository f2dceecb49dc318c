/// The least of the last values, lane by lane, in constant time a value (van Herk's algorithm).
struct SlidingMinimum: Sendable {
  private let length: Int
  /// The values of the block that fills up, and from there on what the block before has left: the least of its
  /// values from each place to its end.
  private var block: [Bands]
  private var filled = 0
  private var leastOfFilled = Bands(repeating: .infinity)

  /// - Parameter length: How many values count.
  init(length: Int) {
    self.length = length
    block = Array(repeating: Bands(repeating: .infinity), count: length)
  }

  /// Takes a value and gives the least of the last ones, this one included.
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
