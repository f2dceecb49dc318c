public import Concurrency
public import SpeechFeatures

/// A device that runs encoders.
public typealias EncoderDevice = SupervisedDevice<EncoderPool>

extension SupervisedDevice where Pool == EncoderPool {
  /// Creates a device that has loaded nothing.
  ///
  /// - Parameters:
  ///   - isRequired: True if its start must succeed: then a failure of the start is an error and not an event.
  ///   - thread: The thread that runs encoders, if it is shared; `nil` for the device's own.
  ///   - selfTest: `nil` for the last resort, the processor: it is used without a test, and never lost.
  ///   - onEvent: Called on an arbitrary thread.
  public init(
    _ accelerator: any Accelerator, isRequired: Bool = false, shapes: EncoderShapes,
    limits: EncoderCacheLimits = EncoderCacheLimits(), timing: DeviceTiming = DeviceTiming(),
    thread: DeviceThread? = nil, selfTest: SelfTest?,
    onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) {
    self.init(
      accelerator.device, isRequired: isRequired,
      EncoderPool.Configuration(accelerator: accelerator, shapes: shapes, limits: limits, thread: thread),
      timing: timing, selfTest: selfTest, onEvent: onEvent)
  }

  /// The shapes in which the device runs encoders.
  public nonisolated var shapes: EncoderShapes { configuration.shapes }

  /// Encodes a range of frames.
  ///
  /// - Parameter waits: True to wait for an encoder if none is ready.
  /// - Returns: `nil` if no encoder is ready.
  public func encode(
    _ frames: LogMelFrames, _ range: Range<Int>, priority: WorkPriority = .urgent, waits: Bool
  ) async throws(DeviceError) -> EncoderOutput? {
    try await run(waits: waits) { pool throws(DeviceError) in
      try await pool.encode(frames, range, priority: priority, waits: waits)
    }
  }
}
