package import Devices
internal import ModelStore
internal import Transducer

extension NetworkCompiler: SpeechNetworks {
  package func devices() throws(DeviceError) -> [String] {
    do throws(ParakeetError) {
      return try availableDevices()
    } catch {
      throw .networks(error)
    }
  }

  package func checkProperties(of device: String) throws(DeviceError) {
    do throws(ParakeetError) {
      try refuseUnknownProperties(of: device)
    } catch {
      throw .networks(error)
    }
  }

  package func accelerator(named device: String) -> any Accelerator {
    OpenVINOAccelerator(name: device, networks: self)
  }

  package func decoder(on device: String) throws(DeviceError) -> any LoadedDecoder {
    let search = GreedyDecoder(
      blank: model.vocabulary.blank, maximumTokensPerFrame: model.configuration.maximumTokensPerFrame)
    do throws(ParakeetError) {
      return OpenVINODecoder(try decoderNetworks(on: device), search, device: device)
    } catch {
      throw DeviceError(error, on: device)
    }
  }

  package func precision(on device: String) -> Precision? { loadedPrecision(on: device) }
}
