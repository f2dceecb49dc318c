public import Concurrency
public import Transducer

/// Decodes encoder frames to tokens, on the best device that is available.
///
/// The decoder has its own device: meanwhile the encoder serves the next utterance.
public final class DecoderService: Sendable {
  /// The devices, from the best to the last resort.
  let devices: [SupervisedDevice<DecoderPool>]

  /// Creates a service that has loaded nothing.
  ///
  /// - Parameters:
  ///   - devices: The devices, from the best to the last resort; at least one.
  ///   - timing: The timing of every device but the processor, which has no time limit: nothing could run in its place.
  ///   - thread: The thread of a device, if it shares one with the encoder.
  ///   - selfTest: Recognizes a known recording with a device's decoder. The processor is used without a test.
  ///   - onEvent: Called on an arbitrary thread.
  init(
    _ networks: any SpeechNetworks, on devices: [DeviceID], timing: DeviceTiming,
    thread: (DeviceID) -> DeviceThread?,
    selfTest: @escaping @Sendable (DeviceID) async throws(DeviceError) -> Void,
    onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) {
    precondition(!devices.isEmpty)
    self.devices = devices.map { device in
      let test: SupervisedDevice<DecoderPool>.SelfTest = { () async throws(DeviceError) in
        try await selfTest(device)
      }
      return SupervisedDevice(
        device, role: "the decoder on \(device)", isRequired: devices.count == 1,
        DecoderPool.Configuration(device: device, networks: networks, thread: thread(device)),
        timing: device.isProcessor ? timing.unlimited : timing,
        selfTest: device.isProcessor ? nil : test, onEvent: onEvent)
    }
  }

  /// Loads the networks on the best device that works.
  func start() async throws(DeviceError) {
    try await onBestDevice { device throws(DeviceError) in try await device.start() }
  }

  /// Decodes the output of the encoder for a part of an utterance.
  ///
  /// - Parameter preferences: The tokens that may be emitted, and those that are preferred.
  public func decode(
    _ encoding: Encoding, preferring preferences: TokenPreferences = TokenPreferences(),
    priority: WorkPriority = .urgent
  ) async throws(DeviceError) -> DecoderOutput {
    try await onBestDevice { device throws(DeviceError) in
      let output = try await device.run(waits: true) { pool throws(DeviceError) in
        try await pool.decode(encoding, preferring: preferences, priority: priority)
      }
      guard let output else { throw .failed(device: device.id, why: "it has no decoder") }
      return output
    }
  }

  private func onBestDevice<Output: Sendable>(
    _ body: (SupervisedDevice<DecoderPool>) async throws(DeviceError) -> Output
  ) async throws(DeviceError) -> Output {
    for device in devices.dropLast() {
      do throws(DeviceError) {
        return try await body(device)
      } catch {
        if error == .cancelled { throw error }
        device.countFallback()
      }
    }
    return try await body(devices[devices.count - 1])
  }
}

/// The tokens of a part of an utterance, and how they were decoded.
public struct DecoderOutput: Sendable {
  /// The decoded tokens.
  public var decoding: Decoding
  /// The run time of the decoder, in seconds.
  public var seconds: Double
}
