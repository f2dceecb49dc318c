internal import Devices
internal import Diagnosis
internal import Inference
internal import Recognition

/// A requested device that cannot be used, with the known reason.
struct DeviceTrouble: Error, CustomStringConvertible {
  let description: String

  /// Adds the reason why a device does not work to its error. Reads files if the NPU is missing.
  static func explained(_ error: any Error) -> any Error {
    switch error {
    case RecognitionError.deviceMissing(.npu, let available):
      let why = Diagnosis.npuExplanation(
        MachineReader(libraryFolders: LibraryFolders.all).facts(), openVINOVersion: Runtime.version,
        openVINODevices: available)
      return DeviceTrouble(description: "\(error). Why: \(why)")
    case RecognitionError.deviceMissing:
      return DeviceTrouble(description: "\(error); `lorikeet doctor` tells more")
    case RecognitionError.device(let fault) where fault.device.map { $0 != "CPU" } ?? false:
      return DeviceTrouble(description: "\(error); `lorikeet doctor` tells more")
    default:
      return error
    }
  }
}
