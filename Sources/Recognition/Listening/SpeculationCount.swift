/// What came of recognizing utterances before they ended.
public struct SpeculationCount: Sendable, Equatable {
  public var started = 0
  /// Those that were the answer.
  public var used = 0
  /// Those that were made for nothing: somebody spoke on, or went.
  public var wasted: Int { started - used }
  /// Seconds that people did not have to wait.
  public var savedSeconds = 0.0

  public init(started: Int = 0, used: Int = 0, savedSeconds: Double = 0) {
    self.started = started
    self.used = used
    self.savedSeconds = savedSeconds
  }
}
