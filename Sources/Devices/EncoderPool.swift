internal import Concurrency
internal import SpeechFeatures

/// The loaded encoders of a device, from when it starts until it is lost.
///
/// One thread runs encoders, another one loads them, so that utterances are answered while a bucket is compiled.
public actor EncoderPool: DevicePool {
  public struct Configuration: Sendable {
    let accelerator: any Accelerator
    let shapes: EncoderShapes
    let limits: EncoderCacheLimits
    /// The thread that runs encoders, if not one of the device's own.
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
  /// Shapes that could not be loaded and are left alone for a while.
  private var resting: [EncoderShape: Task<Void, any Error>] = [:]
  private var failures: [EncoderShape: Int] = [:]
  private var background: Task<Void, Never>?
  /// Why nothing runs here any more.
  private var end: DeviceError?

  public init(_ configuration: Configuration, timing: DeviceTiming, reporter: DeviceReporter) {
    let name = configuration.accelerator.name
    accelerator = configuration.accelerator
    shapes = configuration.shapes
    self.timing = timing
    report = reporter
    sharesThread = configuration.thread != nil
    running = configuration.thread ?? DeviceThread(device: name, pause: timing.pause)
    loading = DeviceThread(device: name, pause: timing.pause)
    policy = EncoderCachePolicy(limits: configuration.limits, pinned: Set(configuration.shapes.eager))
  }

  /// Loads the smallest eager encoder, and then the others in the background.
  public func start() async throws(DeviceError) {
    if let fault = await load(shapes.eager[0]).value(orIfCancelled: .cancelled) { throw fault }
    background = Task {
      for shape in shapes.eager.dropFirst() where !Task.isCancelled { _ = await load(shape).value }
    }
  }

  /// Lets go of everything: whoever waits gets the fault.
  public func close(because fault: DeviceError) {
    end = fault
    background?.cancel()
    for (_, load) in loads { load.cancel() }
    for (_, rest) in resting { rest.cancel() }
    if !sharesThread { running.abandon(because: fault) }
    loading.abandon(because: fault)
    encoders = [:]
  }

  /// Asks whether nothing runs and nothing waits.
  public var isQuiet: Bool { !running.isBusy && running.waitingCount == 0 }

  /// Asks whether a thread of its is stuck in the device.
  public var isStuck: Bool { !sharesThread && running.isBusy || loading.isBusy }

  /// Runs the smallest loaded encoder that can hold the frames. If that is not the smallest there is, that one is
  /// loaded meanwhile.
  ///
  /// - Parameter waits: Whether to wait for an encoder where none is ready.
  /// - Returns: `nil` if none is ready.
  func encode(
    _ frames: LogMelFrames, _ range: Range<Int>, priority: WorkPriority = .urgent, waits: Bool
  ) async throws(DeviceError) -> EncoderOutput? {
    let fitting = shapes.holding(range.count)
    guard let wanted = fitting.first else {
      throw .failed(device: accelerator.name, why: "\(range.count) frames fit in no bucket")
    }
    if encoders[wanted] == nil, resting[wanted] == nil { _ = load(wanted) }
    while true {
      if let end { throw end }
      if let shape = fitting.first(where: { encoders[$0] != nil }), let encoder = encoders[shape] {
        var answer = try await run(encoder, shape, frames, range, priority)
        if shape != wanted { answer.fallbackReason = "the \(wanted) is not loaded" }
        return answer
      }
      guard waits else { return nil }
      guard let load = fitting.lazy.compactMap({ self.loads[$0] }).first else {
        // What could not be loaded is tried again for who has nothing else.
        if let fault = await load(wanted).value(orIfCancelled: .cancelled) { throw fault }
        continue
      }
      if let fault = await load.value(orIfCancelled: .cancelled) { throw fault }
    }
  }

  private func run(
    _ encoder: any LoadedEncoder, _ shape: EncoderShape, _ frames: LogMelFrames, _ range: Range<Int>,
    _ priority: WorkPriority
  ) async throws(DeviceError) -> EncoderOutput {
    report.hit()
    policy.take(shape)
    defer { unload(policy.release(shape)) }
    let name = accelerator.name
    return try await running.run(priority: priority, limit: timing.inferenceLimit) {
      [report] () throws(DeviceError) in
      let clock = ContinuousClock()
      let start = clock.now
      let encoding = try encoder.encode(frames, range)
      let seconds = (clock.now - start).seconds
      report.ran(seconds: seconds)
      guard encoding.isFinite else { throw .notFinite(device: name) }
      return EncoderOutput(
        encoding: encoding, accelerator: name, device: encoder.executionDevice, shape: shape,
        isFromCache: encoder.isFromCache,
        fallbackReason: nil, seconds: seconds)
    }
  }

  // MARK: Loading

  /// Loads an encoder, or joins who does.
  ///
  /// - Returns: What went wrong.
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
      let name = accelerator.name
      let encoder = try await loading.run(limit: timing.loadLimit) { [accelerator] () throws(DeviceError) in
        let encoder = try accelerator.load(shape)
        guard try encoder.warmUp().isFinite else { throw .notFinite(device: name) }
        return encoder
      }
      if let end { return end }
      encoders[shape] = encoder
      failures[shape] = nil
      unload(policy.add(shape, bytes: encoder.residentBytes))
      report.loaded(
        shape, seconds: (clock.now - start).seconds, isFromCache: encoder.isFromCache,
        bytes: encoder.residentBytes, isOverLimit: policy.isOver)
      return nil
    } catch {
      if end == nil { rest(shape, after: error) }
      return error
    }
  }

  /// Leaves a shape alone for a while that could not be loaded.
  private func rest(_ shape: EncoderShape, after fault: DeviceError) {
    failures[shape, default: 0] += 1
    let pause = timing.retry.pause(after: failures[shape] ?? 1)
    report.notLoaded(shape, fault)
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
