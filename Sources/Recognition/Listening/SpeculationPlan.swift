/// Decides when an utterance is recognized before it has ended: when more silence would not change its windows, and
/// only once for the same windows.
struct SpeculationPlan: Sendable {
  /// The most attempts in an utterance.
  private let limit: Int
  private var started = 0
  /// The windows of the current attempt, which may be finished.
  private(set) var windows: [Window]?

  /// The next thing to do.
  enum Step: Sendable, Equatable {
    case nothing
    /// Drop the current attempt: it has become useless.
    case drop
    /// Recognize these windows, and drop the current attempt.
    case start([Window])
  }

  init(limit: Int) {
    self.limit = limit
  }

  /// Returns the step to take after a piece of audio.
  ///
  /// - Parameter settled: The windows if the utterance ended now; `nil` if more silence would change them.
  mutating func update(_ settled: [Window]?) -> Step {
    if let settled, settled == windows { return .nothing }
    let isOutdated = windows != nil
    windows = nil
    guard let settled, started < limit else { return isOutdated ? .drop : .nothing }
    windows = settled
    started += 1
    return .start(settled)
  }

  /// Removes the first window from the current attempt, because it is certain now. The attempt does not count.
  mutating func kept() {
    windows?.removeFirst()
    if windows?.isEmpty ?? false { windows = nil }
    started = max(0, started - 1)
  }

  /// Withdraws an attempt, because the device was busy; another one can be made.
  ///
  /// - Returns: True if it was the current one.
  mutating func declined(_ windows: [Window]) -> Bool {
    guard windows == self.windows else { return false }
    self.windows = nil
    started -= 1
    return true
  }
}
