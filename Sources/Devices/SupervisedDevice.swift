public import SpeechFeatures

/// A device that may fail, and comes back when it does not fail any more.
public actor SupervisedDevice {
  private enum State {
    /// Nothing is loaded.
    case idle
    case starting(Task<Result<EncoderPool, DeviceFault>, Never>)
    case working(EncoderPool)
    case lost(DeviceFault)
  }

  public nonisolated let name: String
  /// What it runs encoders in.
  public nonisolated let shapes: EncoderShapes
  private let accelerator: any Accelerator
  private let limits: EncoderCacheLimits
  private let timing: DeviceTiming
  private let thread: DeviceThread?
  /// Whether it must prove that it works before it is used, and is left alone for a while when it fails.
  private let isOnProbation: Bool
  private nonisolated let reporter: DeviceReporter
  private var state = State.idle
  private var retrying: Task<Void, any Error>?
  /// Threads of former attempts that have not come out of the device yet.
  private var stuck: [EncoderPool] = []
  /// So many may hang; then the device is not tried any more until one comes out.
  private static let mostStuck = 3

  /// - Parameters:
  ///   - isOnProbation: Whether it must pass its self-test before it is used, and is left alone for a while when it
  ///     fails. Not for the processor: nothing is left when that fails.
  ///   - thread: Where encoders run, if not on a thread of their own.
  ///   - onEvent: Is told what happens, on any thread.
  public init(
    _ accelerator: any Accelerator, shapes: EncoderShapes, limits: EncoderCacheLimits = EncoderCacheLimits(),
    timing: DeviceTiming = DeviceTiming(), isOnProbation: Bool, thread: DeviceThread? = nil,
    onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) {
    name = accelerator.name
    self.accelerator = accelerator
    self.shapes = shapes
    self.limits = limits
    self.timing = timing
    self.isOnProbation = isOnProbation
    self.thread = thread
    reporter = DeviceReporter(name: accelerator.name, onEvent: onEvent)
  }

  deinit {
    retrying?.cancel()
  }

  public nonisolated var report: DeviceReport { reporter.report }

  /// Loads the smallest encoder, and then the other eager ones in the background.
  public func start() async throws(DeviceFault) {
    _ = try await startedPool()
  }

  /// Encodes a stretch of frames.
  ///
  /// - Parameter waits: Whether to wait where nothing is ready.
  /// - Returns: `nil` if nothing is ready.
  public func encode(
    _ frames: LogMelFrames, _ range: Range<Int>, priority: JobPriority = .wanted, waits: Bool
  ) async throws(DeviceFault) -> EncoderOutput? {
    let pool: EncoderPool
    switch state {
    case .lost(let fault): throw .lost(device: name, why: "\(fault)")
    case .working(let working): pool = working
    case .idle, .starting:
      guard waits else { return nil }
      pool = try await startedPool()
    }
    do throws(DeviceFault) {
      return try await pool.encode(frames, range, priority: priority, waits: waits)
    } catch {
      if error != .cancelled {
        reporter.failed()
        await lose(pool, error)
      }
      throw error
    }
  }

  /// Asks whether nothing runs and nothing waits on it; `nil` if it does not work now.
  var isQuiet: Bool? {
    get async {
      guard case .working(let pool) = state else { return nil }
      return await pool.isQuiet
    }
  }

  /// Counts that something else had to run what was meant for this device.
  nonisolated func countFallback() {
    reporter.countFallback()
  }

  /// Lets go of what is loaded until it is needed again; what runs comes to its end.
  func rest() {
    guard case .working = state else { return }
    state = .idle
    reporter.became(.idle)
    reporter.emptied()
  }

  // MARK: Starting

  private func startedPool() async throws(DeviceFault) -> EncoderPool {
    switch state {
    case .working(let pool): return pool
    case .lost(let fault): throw .lost(device: name, why: "\(fault)")
    case .starting(let start): return try await start.value(orIfCancelled: .failure(.cancelled)).get()
    case .idle: break
    }
    reporter.became(.starting)
    let start = Task { await self.startOnce() }
    state = .starting(start)
    return try await start.value(orIfCancelled: .failure(.cancelled)).get()
  }

  private func startOnce() async -> Result<EncoderPool, DeviceFault> {
    let result = await provenPool()
    switch result {
    case .success(let pool):
      state = .working(pool)
      reporter.became(.working)
    case .failure(let fault) where isOnProbation:
      beginRetrying(after: fault)
    case .failure:
      state = .idle
      reporter.became(.idle)
    }
    return result
  }

  /// A pool that has started; on probation only if the self-test is passed as well.
  private func provenPool() async -> Result<EncoderPool, DeviceFault> {
    let pool = EncoderPool(
      accelerator, shapes: shapes, limits: limits, timing: timing, thread: thread, report: reporter)
    do throws(DeviceFault) {
      try await pool.start()
      if isOnProbation { try await accelerator.selfTest() }
      return .success(pool)
    } catch {
      reporter.emptied()
      await pool.close(because: error)
      stuck.append(pool)
      return .failure(error)
    }
  }

  // MARK: Losing and coming back

  /// Gives a pool up in which something failed, and tries again later.
  private func lose(_ pool: EncoderPool, _ fault: DeviceFault) async {
    guard isOnProbation, case .working(let working) = state, working === pool else { return }
    reporter.emptied()
    stuck.append(pool)
    beginRetrying(after: fault)
    await pool.close(because: .lost(device: name, why: "\(fault)"))
  }

  private func beginRetrying(after fault: DeviceFault) {
    state = .lost(fault)
    reporter.became(.lost(why: "\(fault)"))
    retrying = Task { [weak self, timing] in
      for failures in 1... {
        try await timing.pause(timing.retry.pause(after: failures))
        guard let self, await !self.comesBack() else { return }
      }
    }
  }

  private func comesBack() async -> Bool {
    var left: [EncoderPool] = []
    for pool in stuck where await pool.isStuck { left.append(pool) }
    stuck = left
    guard stuck.count < Self.mostStuck, case .success(let pool) = await provenPool() else { return false }
    state = .working(pool)
    reporter.became(.working)
    return true
  }
}
