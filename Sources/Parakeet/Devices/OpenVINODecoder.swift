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

  func decode(
    _ encoding: Encoding, preferring preferences: TokenPreferences
  ) throws(DeviceError) -> Decoding {
    try DeviceError.running(on: device) { () throws(InferenceError) in
      try networks.withLock { networks throws(InferenceError) in
        try networks.prepare(for: preferences)
        try networks.project(encoding)
        if let booster = preferences.booster, preferences.rescuesNames {
          return try search.decodeRescuingNames(
            frameCount: encoding.count, with: &networks, boosting: booster)
        }
        return try search.decode(
          frameCount: encoding.count, with: &networks, boosting: preferences.booster)
      }
    }
  }
}
