package import Devices
internal import ModelStore
internal import Transducer

extension NetworkCompiler: SpeechNetworks {
  /// Returns the available devices.
  package func devices() throws(DeviceError) -> [DeviceID] {
    do throws(ParakeetError) {
      return try availableDevices()
    } catch {
      throw .networks(error)
    }
  }

  /// Throws if a device does not know one of the requested properties.
  package func checkProperties(of device: DeviceID) throws(DeviceError) {
    do throws(ParakeetError) {
      try refuseUnknownProperties(of: device)
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
    do throws(ParakeetError) {
      return OpenVINODecoder(try decoderNetworks(on: device), search, device: device)
    } catch {
      throw DeviceError(error, on: device)
    }
  }

  /// Returns the precision in which a device runs the model; `nil` if it has run nothing.
  package func precision(on device: DeviceID) -> Precision? { loadedPrecision(on: device) }
}
