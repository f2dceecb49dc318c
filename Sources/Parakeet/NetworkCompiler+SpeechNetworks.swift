package import Devices
internal import Inference
internal import ModelStore
internal import Transducer

extension NetworkCompiler: SpeechNetworks {
  /// Returns the available devices.
  package func devices() throws(DeviceError) -> [DeviceID] {
    do throws(InferenceError) {
      return try runtime.devices().compactMap(DeviceID.init)
    } catch {
      throw .networks(ParakeetError.inference(error))
    }
  }

  /// Throws if a device does not know one of the requested properties.
  package func checkProperties(of device: DeviceID) throws(DeviceError) {
    guard !settings.properties.isEmpty else { return }
    do throws(ParakeetError) {
      let known = try text("SUPPORTED_PROPERTIES", of: device).split(separator: " ").map(String.init)
      guard !known.isEmpty else { return }
      for key in settings.properties.keys.sorted() where !known.contains(key) {
        throw .property(key, device: device, known: known.sorted())
      }
    } catch {
      throw .networks(error)
    }
  }

  /// Returns the encoder's accelerator on a device.
  package func accelerator(on device: DeviceID) -> any Accelerator {
    OpenVINOAccelerator(device: device, networks: self)
  }

  /// Loads the decoder on a device.
  package func decoder(on device: DeviceID) throws(DeviceError) -> any LoadedDecoder {
    let search = GreedyDecoder(
      blank: model.vocabulary.blank, maximumTokensPerFrame: model.configuration.maximumTokensPerFrame)
    return try DeviceError.loading(on: device) { () throws(ParakeetError) in
      OpenVINODecoder(try decoderNetworks(on: device), search, device: device)
    }
  }
}
