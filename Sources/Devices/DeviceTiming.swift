public import Concurrency

/// The time limits of a device, and the pauses between retries of one that failed.
public struct DeviceTiming: Sendable {
  /// The time limit of one run; a longer run is taken to hang. `nil` if no other device could replace this one.
  public var inferenceLimit: Duration?
  /// The time limit for loading a network, compilation included.
  public var loadLimit: Duration?
  /// The pauses between retries.
  public var retry = RetryPauses()
  /// The function that waits. Tests replace it with a virtual clock.
  public var pause: Pause = { try await Task.sleep(for: $0) }

  /// Creates a timing with standard retries.
  public init(inferenceLimit: Duration? = .seconds(10), loadLimit: Duration? = .seconds(300)) {
    self.inferenceLimit = inferenceLimit
    self.loadLimit = loadLimit
  }

  /// The same timing without time limits, for a device that no other could replace.
  var unlimited: DeviceTiming {
    var timing = self
    (timing.inferenceLimit, timing.loadLimit) = (nil, nil)
    return timing
  }
}

/// The pauses between retries: each is twice as long as the last, up to a limit.
public struct RetryPauses: Sendable, Equatable {
  /// The pause after the first failure.
  public var first = Duration.seconds(5)
  /// The longest pause.
  public var longest = Duration.seconds(600)

  /// Creates pauses from 5 seconds to 10 minutes.
  public init() {}

  /// Returns the pause after a failure.
  ///
  /// - Parameter failures: The number of failures so far, 1 or more.
  func pause(after failures: Int) -> Duration {
    var pause = first
    var left = failures
    while left > 1, pause < longest {
      pause *= 2
      left -= 1
    }
    return min(pause, longest)
  }
}
