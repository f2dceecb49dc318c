internal import Devices
internal import Diagnosis
internal import Glibc
internal import Inference
internal import ModelStore
internal import Parakeet
internal import SpeechEngine
internal import SystemPaths

/// Advice for the person at the command line: what to do about an error of the modules, which know no options.
enum Remedies {
  /// An error with advice.
  private struct Explained: Error, CustomStringConvertible {
    let description: String
  }

  /// Adds to an error the reason why a device does not work, or the way out. Reads files where the NPU is missing.
  static func explained(_ error: any Error) -> any Error {
    advice(for: error).map { Explained(description: "\(error)\($0)") } ?? error
  }

  private static func advice(for error: any Error) -> String? {
    guard let error = error as? DeviceError else { return nil }
    switch error {
    case .missing(.npu, let available):
      let why = Diagnosis.npuExplanation(
        MachineReader(libraryFolders: LibraryFolders.all).facts(), openVINOVersion: Runtime.version,
        openVINODevices: available)
      return "; --fallback cpu goes on without it. Why: \(why)"
    case .missing: return "; --fallback cpu goes on without it; `lorikeet doctor` tells more"
    case .networks(ParakeetError.cache): return "; name a writable --data-dir, or use --no-cache"
    case .networks(ParakeetError.preparation):
      return "; name a writable --data-dir with enough room, or use --no-cache"
    case .failed(let device, _), .late(let device, _), .notFinite(let device), .lost(let device, _):
      return device == "CPU" ? nil : "; `lorikeet doctor` tells more"
    case .bucket, .networks, .cancelled: return nil
    }
  }

  /// The line that tells a person of an event, with the way out.
  static func line(_ event: RecognitionEvent) -> String {
    guard case .preparation(.notKept(_, let failure)) = event else { return event.description }
    let remedy =
      switch failure.code {
      case ENOSPC, EDQUOT: "make room, name another --data-dir"
      default: "name a writable --data-dir"
      }
    return "\(event); \(remedy), or use --no-cache"
  }
}
