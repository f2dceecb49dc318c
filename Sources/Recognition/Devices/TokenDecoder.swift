internal import Acceleration
internal import Inference
internal import ModelStore
internal import Synchronization
internal import Transducer

/// Decodes encoder frames to tokens, on a device of its own: meanwhile the encoder serves the next utterance.
final class TokenDecoder: Sendable {
  /// A device that decodes, the better one first.
  fileprivate let seats: [Seat]

  /// A device, its thread, and the networks on it.
  fileprivate final class Seat: Sendable {
    let device: String
    let lane: Lane
    /// Why it is not used any more.
    let fault = Mutex<DeviceFault?>(nil)
    let networks = Mutex<DecoderNetworks?>(nil)

    init(device: String, lane: Lane) {
      self.device = device
      self.lane = lane
    }
  }

  struct Answer: Sendable {
    var decoding: Decoding
    var seconds: Double
  }

  private let networks: ModelNetworks
  private let search: GreedyDecoder
  private let limit: Duration
  private let tell: @Sendable (DeviceEvent) -> Void

  /// - Parameters:
  ///   - devices: OpenVINO's names, from the best to the last resort.
  ///   - lane: The thread of a device.
  ///   - limit: How long decoding may take where another device could do it.
  ///   - tell: Is told when a device is given up.
  init(
    _ networks: ModelNetworks, on devices: [String], limit: Duration, lane: (String) -> Lane,
    tell: @escaping @Sendable (DeviceEvent) -> Void
  ) {
    self.networks = networks
    self.limit = limit
    self.tell = tell
    seats = devices.map { Seat(device: $0, lane: lane($0)) }
    search = GreedyDecoder(
      blank: networks.model.vocabulary.blank,
      maximumTokensPerFrame: networks.model.configuration.maximumTokensPerFrame)
  }

  /// Loads the networks.
  func load() async throws(DeviceFault) {
    _ = try await onBestSeat(.wanted) { [networks] seat throws(DeviceFault) in try seat.load(networks) }
  }

  /// Decodes what the encoder gave for a stretch of an utterance.
  ///
  /// - Parameters:
  ///   - mask: The tokens that may be emitted; `nil` for all.
  ///   - urgency: Whether somebody waits for the answer.
  func decode(
    _ encoding: Encoding, allowing mask: TokenMask? = nil, urgency: Urgency = .wanted
  ) async throws(DeviceFault) -> Answer {
    try await onBestSeat(urgency) { [networks, search] seat throws(DeviceFault) in
      try seat.load(networks)
      return try seat.decode(encoding, mask, search)
    }
  }

  private func onBestSeat<Value: Sendable>(
    _ urgency: Urgency, _ body: @escaping @Sendable (Seat) throws(DeviceFault) -> Value
  ) async throws(DeviceFault) -> Value {
    for seat in seats.dropLast() where seat.fault.withLock({ $0 == nil }) {
      do throws(DeviceFault) {
        return try await seat.lane.run(.following, urgency: urgency, limit: limit) { () throws(DeviceFault) in
          try body(seat)
        }
      } catch {
        if error == .cancelled { throw error }
        let isFirst = seat.fault.withLock { fault in
          defer { fault = error }
          return fault == nil
        }
        if isFirst { tell(.lost(device: "\(seat.device), the decoder,", why: "\(error)")) }
      }
    }
    let last = seats[seats.count - 1]
    return try await last.lane.run(.following, urgency: urgency) { () throws(DeviceFault) in try body(last) }
  }
}

extension TokenDecoder.Seat {
  fileprivate func load(_ model: ModelNetworks) throws(DeviceFault) {
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
  ) throws(DeviceFault) -> TokenDecoder.Answer {
    let clock = ContinuousClock()
    let start = clock.now
    do throws(InferenceError) {
      let decoding = try networks.withLock { networks throws(InferenceError) in
        try networks?.decode(encoding, mask, search) ?? Decoding()
      }
      return TokenDecoder.Answer(decoding: decoding, seconds: (clock.now - start).seconds)
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
