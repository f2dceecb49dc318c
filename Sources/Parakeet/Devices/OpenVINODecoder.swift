internal import Devices
internal import Inference
internal import Synchronization
internal import Transducer

/// The decoder's three networks, compiled by OpenVINO, and the search over them.
final class OpenVINODecoder: LoadedDecoder {
  private let device: DeviceID
  private let search: GreedyDecoder
  private let networks: Mutex<DecoderNetworks>

  init(_ networks: consuming sending DecoderNetworks, _ search: GreedyDecoder, device: DeviceID) {
    self.device = device
    self.search = search
    self.networks = Mutex(networks)
  }

  func decode(_ encoding: Encoding, allowing mask: TokenMask?) throws(DeviceError) -> Decoding {
    try DeviceError.running(on: device) { () throws(InferenceError) in
      try networks.withLock { networks throws(InferenceError) in
        try networks.allow(mask)
        try networks.project(encoding)
        return try search.decode(frameCount: encoding.count, with: &networks)
      }
    }
  }
}
