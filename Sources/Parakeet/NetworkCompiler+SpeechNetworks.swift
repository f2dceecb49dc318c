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

  /// Throws if a device does not have one of the requested properties, or does not accept its value.
  package func checkProperties(of device: DeviceID) throws(DeviceError) {
    guard !settings.properties.isEmpty else { return }
    do throws(ParakeetError) {
      let known = try ParakeetError.catching { try runtime.settableProperties(of: device.description) }
      for (key, value) in settings.properties.sorted(by: { $0.key < $1.key }) {
        guard known.contains(key) else { throw .property(key, device: device, known: known.sorted()) }
        try check(key, value, on: device)
      }
    } catch {
      throw .networks(error)
    }
  }

  private func check(_ key: String, _ value: String, on device: DeviceID) throws(ParakeetError) {
    let isCompiler = key == "NPU_COMPILER_TYPE"
    do throws(InferenceError) {
      // A compiler is loaded when its version is read.
      try Runtime.checkProperty(
        key, value, on: device.description, reading: isCompiler ? "NPU_COMPILER_VERSION" : key)
    } catch {
      let why = isCompiler && error.message.contains("load library") ? "it is not installed" : error.reason
      throw .propertyValue(key, value, device: device, why: why)
    }
  }

  /// Returns the encoder's accelerator on a device.
  package func accelerator(on device: DeviceID) -> any Accelerator {
    OpenVINOAccelerator(device: device, networks: self)
  }

  /// Loads the decoder on a device.
  package func decoder(on device: DeviceID) throws(DeviceError) -> any LoadedDecoder {
    if model.configuration.head == .ctc { return CTCDecoder(blank: model.vocabulary.blank) }
    let search = GreedyDecoder(
      blank: model.vocabulary.blank, maximumTokensPerFrame: model.configuration.maximumTokensPerFrame)
    return try DeviceError.loading(on: device) { () throws(ParakeetError) in
      OpenVINODecoder(try decoderNetworks(on: device), search, device: device)
    }
  }
}
