public import Concurrency
public import Transducer

/// Decodes encoder frames to tokens, on the best device that can do it now.
///
/// The decoder has a device of its own: meanwhile the encoder serves the next utterance.
public final class DecoderService: Sendable {
  /// From the best to the last resort.
  let devices: [SupervisedDevice<DecoderPool>]

  /// - Parameters:
  ///   - devices: The devices' names, from the best to the last resort; at least one.
  ///   - timing: Of every device but the last, which has no time limit: nothing could run in its place.
  ///   - thread: The thread of a device, if it shares one with the encoder.
  ///   - onEvent: Called on any thread.
  init(
    _ networks: any SpeechNetworks, on devices: [String], timing: DeviceTiming,
    thread: (String) -> DeviceThread?, onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) {
    precondition(!devices.isEmpty)
    var unlimited = timing
    (unlimited.inferenceLimit, unlimited.loadLimit) = (nil, nil)
    // Loading the networks is all the proof there is.
    let noTest: SupervisedDevice<DecoderPool>.SelfTest = { () async throws(DeviceError) in }
    self.devices = devices.enumerated().map { index, name in
      let isLast = index == devices.count - 1
      return SupervisedDevice(
        named: name, role: "the decoder on \(name)",
        DecoderPool.Configuration(device: name, networks: networks, thread: thread(name)),
        timing: isLast ? unlimited : timing, selfTest: isLast ? nil : noTest, onEvent: onEvent)
    }
  }

  /// Loads the networks on the best device that works.
  func start() async throws(DeviceError) {
    try await onBestDevice { device throws(DeviceError) in try await device.start() }
  }

  /// Decodes the output of the encoder for a part of an utterance.
  ///
  /// - Parameter mask: The tokens that may be emitted; `nil` for all.
  public func decode(
    _ encoding: Encoding, allowing mask: TokenMask? = nil, priority: WorkPriority = .urgent
  ) async throws(DeviceError) -> DecoderOutput {
    try await onBestDevice { device throws(DeviceError) in
      let output = try await device.run(waits: true) { pool throws(DeviceError) in
        try await pool.decode(encoding, allowing: mask, priority: priority)
      }
      guard let output else { throw .failed(device: device.name, why: "it has no decoder") }
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
  public var decoding: Decoding
  /// Seconds that the decoder ran.
  public var seconds: Double
}
