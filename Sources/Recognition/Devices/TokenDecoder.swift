internal import Devices
internal import Inference
internal import ModelStore
internal import Synchronization
internal import Transducer

/// Decodes encoder frames to tokens, on a device of its own: meanwhile the encoder serves the next utterance.
final class TokenDecoder: Sendable {
  /// A device that decodes, the better one first.
  fileprivate let devices: [DecoderDevice]

  /// A device, its thread, and the networks on it.
  fileprivate final class DecoderDevice: Sendable {
    let device: String
    let thread: DeviceThread
    /// Why it is not used any more.
    let fault = Mutex<DeviceFault?>(nil)
    let networks = Mutex<DecoderNetworks?>(nil)

    init(device: String, thread: DeviceThread) {
      self.device = device
      self.thread = thread
    }
  }

  struct Output: Sendable {
    var decoding: Decoding
    var seconds: Double
  }

  private let networks: NetworkCompiler
  private let search: GreedyDecoder
  private let limit: Duration
  private let onEvent: @Sendable (DeviceEvent) -> Void

  /// - Parameters:
  ///   - devices: OpenVINO's names, from the best to the last resort.
  ///   - thread: The thread of a device.
  ///   - limit: How long decoding may take where another device could do it.
  ///   - onEvent: Is told when a device is given up.
  init(
    _ networks: NetworkCompiler, on devices: [String], limit: Duration, thread: (String) -> DeviceThread,
    onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) {
    self.networks = networks
    self.limit = limit
    self.onEvent = onEvent
    self.devices = devices.map { DecoderDevice(device: $0, thread: thread($0)) }
    search = GreedyDecoder(
      blank: networks.model.vocabulary.blank,
      maximumTokensPerFrame: networks.model.configuration.maximumTokensPerFrame)
  }

  /// Loads the networks.
  func load() async throws(DeviceFault) {
    _ = try await onBestDevice(.wanted) { [networks] device throws(DeviceFault) in try device.load(networks) }
  }

  /// Decodes what the encoder gave for a stretch of an utterance.
  ///
  /// - Parameters:
  ///   - mask: The tokens that may be emitted; `nil` for all.
  ///   - priority: Whether somebody waits for the answer.
  func decode(
    _ encoding: Encoding, allowing mask: TokenMask? = nil, priority: JobPriority = .wanted
  ) async throws(DeviceFault) -> Output {
    try await onBestDevice(priority) { [networks, search] device throws(DeviceFault) in
      try device.load(networks)
      return try device.decode(encoding, mask, search)
    }
  }

  private func onBestDevice<Value: Sendable>(
    _ priority: JobPriority, _ body: @escaping @Sendable (DecoderDevice) throws(DeviceFault) -> Value
  ) async throws(DeviceFault) -> Value {
    for device in devices.dropLast() where device.fault.withLock({ $0 == nil }) {
      do throws(DeviceFault) {
        return try await device.thread.run(.following, priority: priority, limit: limit) {
          () throws(DeviceFault) in
          try body(device)
        }
      } catch {
        if error == .cancelled { throw error }
        let isFirst = device.fault.withLock { fault in
          defer { fault = error }
          return fault == nil
        }
        if isFirst { onEvent(.lost(device: "\(device.device), the decoder,", why: "\(error)")) }
      }
    }
    let last = devices[devices.count - 1]
    return try await last.thread.run(.following, priority: priority) { () throws(DeviceFault) in
      try body(last)
    }
  }
}

extension TokenDecoder.DecoderDevice {
  fileprivate func load(_ model: NetworkCompiler) throws(DeviceFault) {
    do throws(RecognitionError) {
      try networks.withLock { networks throws(RecognitionError) in
        if networks == nil { networks = try model.decoder(on: device) }
      }
    } catch {
      throw DeviceFault(error, on: device)
    }
  }

  fileprivate func decode(
    _ encoding: Encoding, _ mask: TokenMask?, _ search: GreedyDecoder
  ) throws(DeviceFault) -> TokenDecoder.Output {
    let clock = ContinuousClock()
    let start = clock.now
    do throws(InferenceError) {
      let decoding = try networks.withLock { networks throws(InferenceError) in
        try networks?.decode(encoding, mask, search) ?? Decoding()
      }
      return TokenDecoder.Output(decoding: decoding, seconds: (clock.now - start).seconds)
    } catch {
      throw .failed(device: device, why: error.description)
    }
  }
}

extension DecoderNetworks {
  fileprivate mutating func decode(
    _ encoding: Encoding, _ mask: TokenMask?, _ search: GreedyDecoder
  ) throws(InferenceError) -> Decoding {
    try allow(mask)
    try project(encoding)
    return try search.decode(frameCount: encoding.count, with: &self)
  }
}
