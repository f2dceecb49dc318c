internal import Concurrency
internal import SpeechFeatures

/// The loaded encoders of a device, from its start until it is lost.
///
/// One thread runs encoders and another one loads them, so that utterances are recognized while a bucket compiles.
public actor EncoderPool: DevicePool {
  /// The device, its shapes, and their limits.
  public struct Configuration: Sendable {
    let accelerator: any Accelerator
    let shapes: EncoderShapes
    let limits: EncoderCacheLimits
    /// The thread that runs encoders, if it is shared; `nil` for the device's own.
    let thread: DeviceThread?
  }

  private let accelerator: any Accelerator
  private let shapes: EncoderShapes
  private let timing: DeviceTiming
  private let report: DeviceReporter
  private let running: DeviceThread
  private let sharesThread: Bool
  private let loading: DeviceThread

  private var policy: EncoderCachePolicy
  private var encoders: [EncoderShape: any LoadedEncoder] = [:]
  private var loads: [EncoderShape: Task<DeviceError?, Never>] = [:]
  /// The shapes that could not be loaded, and the pauses until they are retried.
  private var resting: [EncoderShape: Task<Void, any Error>] = [:]
  private var failures: [EncoderShape: Int] = [:]
  private var background: Task<Void, Never>?
  /// The error that closed the pool.
  private var closingError: DeviceError?

  /// Creates a pool that has loaded nothing.
  public init(_ configuration: Configuration, timing: DeviceTiming, reporter: DeviceReporter) {
    let device = configuration.accelerator.device
    accelerator = configuration.accelerator
    shapes = configuration.shapes
    self.timing = timing
    report = reporter
    sharesThread = configuration.thread != nil
    running = configuration.thread ?? DeviceThread(device: device, pause: timing.pause)
    loading = DeviceThread(device: device, pause: timing.pause)
    policy = EncoderCachePolicy(limits: configuration.limits, pinned: Set(configuration.shapes.eager))
  }

  /// Loads the smallest eager encoder, and then the others in the background.
  public func start() async throws(DeviceError) {
    if let error = await load(shapes.eager[0]).value(orIfCancelled: .cancelled) { throw error }
    background = Task {
      for shape in shapes.eager.dropFirst() where !Task.isCancelled { _ = await load(shape).value }
    }
  }

  /// Unloads everything and ends all work: every waiting caller gets the error.
  public func close(because error: DeviceError) {
    closingError = error
    background?.cancel()
    for (_, load) in loads { load.cancel() }
    for (_, rest) in resting { rest.cancel() }
    if !sharesThread { running.abandon(because: error) }
    loading.abandon(because: error)
    encoders = [:]
  }

  /// True if no job runs or waits.
  public var isQuiet: Bool { !running.isBusy && running.waitingCount == 0 }

  /// True if a thread may be stuck in the device.
  public var isStuck: Bool { !sharesThread && running.isBusy || loading.isBusy }

  /// Runs the smallest loaded encoder that can hold the frames. If a smaller shape can hold them, it is loaded in the
  /// background.
  ///
  /// - Parameter waits: True to wait for an encoder if none is ready.
  /// - Returns: `nil` if no encoder is ready.
  func encode(
    _ frames: LogMelFrames, _ range: Range<Int>, priority: WorkPriority = .urgent, waits: Bool
  ) async throws(DeviceError) -> EncoderOutput? {
    let fitting = shapes.holding(range.count)
    guard let smallest = fitting.first else {
      throw .failed(device: accelerator.device, why: "\(range.count) frames do not fit into any bucket")
    }
    if encoders[smallest] == nil, resting[smallest] == nil { _ = load(smallest) }
    while true {
      if let closingError { throw closingError }
      if let shape = fitting.first(where: { encoders[$0] != nil }), let encoder = encoders[shape] {
        var output = try await run(encoder, shape, frames, range, priority)
        if shape != smallest { output.fallbackReason = "the \(smallest) is not loaded" }
        return output
      }
      guard waits else { return nil }
      guard let load = fitting.lazy.compactMap({ self.loads[$0] }).first else {
        // A load that failed is retried at once if there is no other encoder.
        if let error = await load(smallest).value(orIfCancelled: .cancelled) { throw error }
        continue
      }
      if let error = await load.value(orIfCancelled: .cancelled) { throw error }
    }
  }

  private func run(
    _ encoder: any LoadedEncoder, _ shape: EncoderShape, _ frames: LogMelFrames, _ range: Range<Int>,
    _ priority: WorkPriority
  ) async throws(DeviceError) -> EncoderOutput {
    report.hit()
    policy.take(shape)
    defer { unload(policy.release(shape)) }
    let device = accelerator.device
    return try await running.run(priority: priority, limit: timing.inferenceLimit) {
      [report] () throws(DeviceError) in
      let clock = ContinuousClock()
      let start = clock.now
      let encoding = try encoder.encode(frames, range)
      let seconds = (clock.now - start).seconds
      report.ran(seconds: seconds)
      guard encoding.isFinite else { throw .notFinite(device: device) }
      return EncoderOutput(
        encoding: encoding, accelerator: device, device: encoder.executionDevice, shape: shape,
        isFromCache: encoder.isFromCache,
        fallbackReason: nil, seconds: seconds)
    }
  }

  // MARK: Loading

  /// Loads an encoder, or joins the load in progress.
  ///
  /// - Returns: A task whose value is the error; `nil` for success.
  private func load(_ shape: EncoderShape) -> Task<DeviceError?, Never> {
    if let load = loads[shape] { return load }
    let load = Task { await loadAndKeep(shape) }
    loads[shape] = load
    return load
  }

  private func loadAndKeep(_ shape: EncoderShape) async -> DeviceError? {
    defer { loads[shape] = nil }
    if encoders[shape] != nil { return nil }
    unload(policy.makeRoom(for: shape))
    report.began(shape)
    let clock = ContinuousClock()
    let start = clock.now
    do throws(DeviceError) {
      let device = accelerator.device
      let encoder = try await loading.run(limit: timing.loadLimit) { [accelerator] () throws(DeviceError) in
        try accelerator.load(shape)
      }
      // A device that hangs in its first run is noticed as soon as in any other.
      try await loading.run(limit: timing.inferenceLimit) { () throws(DeviceError) in
        guard try encoder.warmUp().isFinite else { throw .notFinite(device: device) }
      }
      if let closingError { return closingError }
      encoders[shape] = encoder
      failures[shape] = nil
      unload(policy.add(shape, bytes: encoder.residentBytes))
      report.loaded(
        shape, seconds: (clock.now - start).seconds, isFromCache: encoder.isFromCache,
        bytes: encoder.residentBytes, isOverLimit: policy.isOver)
      return nil
    } catch {
      if closingError == nil { rest(shape, after: error) }
      return error
    }
  }

  /// Delays the next attempt to load a shape that could not be loaded.
  private func rest(_ shape: EncoderShape, after error: DeviceError) {
    failures[shape, default: 0] += 1
    let pause = timing.retry.pause(after: failures[shape] ?? 1)
    report.notLoaded(shape, error)
    resting[shape]?.cancel()
    resting[shape] = Task { [weak self, timing] in
      try await timing.pause(pause)
      await self?.wake(shape)
    }
  }

  private func wake(_ shape: EncoderShape) {
    resting[shape] = nil
  }

  private func unload(_ shapes: [EncoderShape]) {
    for shape in shapes {
      encoders[shape] = nil
      report.evicted(shape)
    }
  }
}
