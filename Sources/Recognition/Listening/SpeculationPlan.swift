/// Decides when an utterance is recognized before it has ended: when more silence would not change what is recognized,
/// and only once for the same windows.
struct SpeculationPlan: Sendable {
  /// How many attempts an utterance is worth.
  private let limit: Int
  private var started = 0
  /// What the present attempt recognizes; it may have come to its end.
  private(set) var windows: [Window]?

  enum Step: Sendable, Equatable {
    case nothing
    /// The present attempt is of no use any more.
    case drop
    /// Recognize these; what was attempted before is of no use any more.
    case start([Window])
  }

  init(limit: Int) {
    self.limit = limit
  }

  /// Takes what is known after a piece of audio.
  ///
  /// - Parameter settled: What would be recognized if the utterance ended now; `nil` if more silence would change that.
  mutating func heard(_ settled: [Window]?) -> Step {
    if let settled, settled == windows { return .nothing }
    let isOutdated = windows != nil
    windows = nil
    guard let settled, started < limit else { return isOutdated ? .drop : .nothing }
    windows = settled
    started += 1
    return .start(settled)
  }

  /// The present attempt's first window is of the utterance for good, and an attempt of its own no more.
  mutating func kept() {
    windows?.removeFirst()
    if windows?.isEmpty ?? false { windows = nil }
    started = max(0, started - 1)
  }

  /// The device was busy: the attempt was not made, and another one may be.
  ///
  /// - Returns: Whether it was the present one.
  mutating func declined(_ windows: [Window]) -> Bool {
    guard windows == self.windows else { return false }
    self.windows = nil
    started -= 1
    return true
  }
}
