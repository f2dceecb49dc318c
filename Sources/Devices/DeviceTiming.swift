public import Concurrency

/// How long a device may take, and when one that failed is tried again.
public struct DeviceTiming: Sendable {
  /// A run of an encoder; what takes longer hangs. `nil` where nothing else could run it.
  public var inferenceLimit: Duration?
  /// Loading an encoder, compiling included.
  public var loadLimit: Duration?
  public var retry = RetryPauses()
  /// Waits; tests have a time of their own.
  public var pause: Pause = { try await Task.sleep(for: $0) }

  public init(inferenceLimit: Duration? = .seconds(10), loadLimit: Duration? = .seconds(300)) {
    self.inferenceLimit = inferenceLimit
    self.loadLimit = loadLimit
  }
}

/// The growing pauses between attempts.
public struct RetryPauses: Sendable, Equatable {
  public var first = Duration.seconds(5)
  public var longest = Duration.seconds(600)

  public init() {}

  /// - Parameter failures: How often it has failed, 1 or more.
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
