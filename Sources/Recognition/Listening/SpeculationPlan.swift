/// Decides when an utterance is recognized before it has ended: when more silence would not change what is recognized,
/// and only once for the same stretch of it.
struct SpeculationPlan: Sendable {
  /// How many attempts an utterance is worth.
  private let limit: Int
  private var started = 0
  /// What the present attempt recognizes, frames; it may have come to its end.
  private(set) var span: Range<Int>?

  enum Step: Sendable, Equatable {
    case nothing
    /// The present attempt is of no use any more.
    case drop
    case start(Range<Int>)
    /// The same, and the present attempt is of no use any more.
    case restart(Range<Int>)
  }

  init(limit: Int) {
    self.limit = limit
  }

  /// Takes what is known after a piece of audio.
  ///
  /// - Parameters:
  ///   - span: What would be recognized if the utterance ended now; `nil` if nobody has spoken.
  ///   - isSettled: Whether it would be the same after more silence.
  mutating func heard(_ span: Range<Int>?, isSettled: Bool) -> Step {
    if let span, span == self.span { return .nothing }
    let isOutdated = self.span != nil
    self.span = nil
    guard let span, isSettled, started < limit else { return isOutdated ? .drop : .nothing }
    self.span = span
    started += 1
    return isOutdated ? .restart(span) : .start(span)
  }

  /// The device was busy: the attempt was not made, and another one may be.
  mutating func declined(_ span: Range<Int>) {
    guard span == self.span else { return }
    self.span = nil
    started -= 1
  }
}
