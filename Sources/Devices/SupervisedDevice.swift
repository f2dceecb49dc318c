internal import Concurrency

/// A device with failure detection, and retry with exponential backoff.
public actor SupervisedDevice<Pool: DevicePool> {
  /// Proves that a device works, before its first use and before each return.
  public typealias SelfTest = @Sendable () async throws(DeviceError) -> Void

  private enum State {
    /// Nothing is loaded.
    case idle
    case starting(Task<Result<Pool, DeviceError>, Never>)
    case working(Pool)
    case lost(DeviceError)
  }

  /// The identifier of the device.
  public nonisolated let id: DeviceID
  nonisolated let configuration: Pool.Configuration
  private let timing: DeviceTiming
  private let selfTest: SelfTest?
  private nonisolated let reporter: DeviceReporter
  private var state = State.idle
  private var retrying: Task<Void, any Error>?
  /// The pools of earlier attempts whose threads can still be inside the device.
  private var stuck: [Pool] = []
  /// The number of stuck pools from which on the device is not retried until a call into it returns.
  private static var stuckLimit: Int { 3 }

  /// Creates a device that has loaded nothing.
  ///
  /// - Parameters:
  ///   - selfTest: `nil` for the last resort, the processor: it is used without a test, and never lost.
  ///   - role: The name in events of its loss and return; the device's name by default.
  ///   - isRequired: True if its start must succeed: then a failure of the start is an error and not an event.
  ///   - onEvent: Called on an arbitrary thread.
  init(
    _ id: DeviceID, role: String? = nil, isRequired: Bool = false, _ configuration: Pool.Configuration,
    timing: DeviceTiming, selfTest: SelfTest?, onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) {
    self.id = id
    self.configuration = configuration
    self.timing = timing
    self.selfTest = selfTest
    reporter = DeviceReporter(
      id, role: role ?? id.description, isRequired: isRequired, onEvent: onEvent)
  }

  deinit {
    retrying?.cancel()
  }

  /// The state and the counters of the device.
  public nonisolated var report: DeviceReport { reporter.report }

  /// Starts the device if it has not started.
  public func start() async throws(DeviceError) {
    _ = try await startedPool()
  }

  /// Runs `body` with the device's networks. The device is lost if it fails.
  ///
  /// - Parameter waits: True to wait for the device's start.
  /// - Returns: `nil` if the device has not started, or if `body` returns `nil`.
  func run<Output>(
    waits: Bool, _ body: (Pool) async throws(DeviceError) -> sending Output?
  ) async throws(DeviceError) -> sending Output? {
    switch state {
    case .idle, .starting: guard waits else { return nil }
    case .working, .lost: break
    }
    let pool = try await startedPool()
    do throws(DeviceError) {
      return try await body(pool)
    } catch {
      if error != .cancelled {
        reporter.failed()
        await lose(pool, error)
      }
      throw error
    }
  }

  /// True if no job runs or waits on the device; `nil` if it does not work now.
  var isQuiet: Bool? {
    get async {
      guard case .working(let pool) = state else { return nil }
      return await pool.isQuiet
    }
  }

  /// Counts a job that ran on another device because this one could not run it.
  nonisolated func countFallback() {
    reporter.countFallback()
  }

  /// Unloads everything until it is needed again; running jobs are completed.
  func rest() {
    guard case .working = state else { return }
    state = .idle
    reporter.became(.idle)
    reporter.emptied()
  }

  // MARK: Starting

  private func startedPool() async throws(DeviceError) -> Pool {
    switch state {
    case .working(let pool): return pool
    case .lost(let error): throw .lost(device: id, why: error.reason)
    case .starting(let start): return try await start.value(orIfCancelled: .failure(.cancelled)).get()
    case .idle: break
    }
    reporter.became(.starting)
    let start = Task { await self.startOnce() }
    state = .starting(start)
    return try await start.value(orIfCancelled: .failure(.cancelled)).get()
  }

  private func startOnce() async -> Result<Pool, DeviceError> {
    let result = await provenPool()
    switch result {
    case .success(let pool):
      state = .working(pool)
      reporter.became(.working)
    case .failure(let error) where selfTest != nil:
      beginRetrying(after: error)
    case .failure:
      state = .idle
      reporter.became(.idle)
    }
    return result
  }

  /// Starts a pool, and returns it if the device passes its self-test.
  private func provenPool() async -> Result<Pool, DeviceError> {
    let pool = Pool(configuration, timing: timing, reporter: reporter)
    do throws(DeviceError) {
      try await pool.start()
      if let selfTest { try await selfTest() }
      return .success(pool)
    } catch {
      reporter.emptied()
      await pool.close(because: error)
      stuck.append(pool)
      return .failure(error)
    }
  }

  // MARK: Losing and coming back

  /// Closes a pool in which a job failed, and retries later.
  private func lose(_ pool: Pool, _ error: DeviceError) async {
    guard selfTest != nil, case .working(let working) = state, working === pool else { return }
    reporter.emptied()
    stuck.append(pool)
    beginRetrying(after: error)
    await pool.close(because: .lost(device: id, why: error.reason))
  }

  private func beginRetrying(after error: DeviceError) {
    state = .lost(error)
    reporter.became(.lost(why: error.reason))
    retrying = Task { [weak self, timing] in
      for failures in 1... {
        try await timing.pause(timing.retry.pause(after: failures))
        guard let self, await !self.comesBack() else { return }
      }
    }
  }

  private func comesBack() async -> Bool {
    var left: [Pool] = []
    for pool in stuck where await pool.isStuck { left.append(pool) }
    stuck = left
    guard stuck.count < Self.stuckLimit, case .success(let pool) = await provenPool() else { return false }
    state = .working(pool)
    reporter.became(.working)
    return true
  }
}
