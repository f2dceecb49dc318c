/// The counters of attempts to recognize utterances before they ended.
public struct SpeculationCount: Sendable, Equatable {
  /// The number of attempts.
  public var started = 0
  /// The number of attempts that became the transcript.
  public var used = 0
  /// The number of useless attempts: the speaker went on, or the client left.
  public var wasted: Int { started - used }
  /// The time that clients did not have to wait, in seconds.
  public var savedSeconds = 0.0

  /// Creates counters.
  public init(started: Int = 0, used: Int = 0, savedSeconds: Double = 0) {
    self.started = started
    self.used = used
    self.savedSeconds = savedSeconds
  }
}
