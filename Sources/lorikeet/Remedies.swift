internal import Devices
internal import Diagnosis
internal import Glibc
internal import Inference
internal import Listening
internal import ModelDownload
internal import ModelStore
internal import Parakeet
internal import SpeechEngine
internal import SystemPaths
internal import WyomingClient

/// Advice on command-line options for errors of the modules, which do not know these options.
enum Remedies {
  /// Returns the text of an error, followed by advice if there is any. Reads system files if the NPU is missing.
  static func text(of error: any Error) -> String {
    advice(for: error).map { "\(error); \($0)" } ?? "\(error)"
  }

  private static func advice(for error: any Error) -> String? {
    switch error {
    case let error as ClientError: advice(for: error.reason)
    case is ListeningError: "give another --uri or --http"
    case let error as DeviceError: advice(for: error)
    case let error as ParakeetError: advice(for: error)
    case let error as ModelError: advice(for: error)
    case let error as DownloadError: advice(for: error)
    default: nil
    }
  }

  private static func advice(for reason: ClientError.Reason) -> String? {
    switch reason {
    case .noServer: "start it with `lorikeet serve`, or give another --uri"
    case .noConnection: "check the address, and whether a firewall blocks it"
    case .noRoute: "check the network, or give another --uri"
    case .unreachable: "give another --uri"
    case .socketOfAnotherUser, .standardInput, .notWyoming, .closed, .broken, .noAnswer, .refused: nil
    }
  }

  private static func advice(for error: DeviceError) -> String? {
    switch error {
    case .missing(let device, let available) where device.kind == .npu:
      let why = Diagnosis.npuExplanation(
        machine, openVINOVersion: Runtime.version, openVINODevices: available.map(\.description))
      return "--fallback cpu continues without it. Why: \(why)"
    case .missing: return "--fallback cpu continues without it; run `lorikeet doctor` for details"
    case .networks(let error): return advice(for: error)
    case .failed, .late, .notFinite, .lost:
      guard let device = error.device, !device.isProcessor else { return nil }
      return explanation(of: error.reason, on: device) ?? "run `lorikeet doctor` for details"
    case .bucketOutOfRange, .bucketListedTwice, .noEagerBucket, .cancelled: return nil
    }
  }

  private static func advice(for error: ParakeetError) -> String? {
    switch error {
    case .cache: "choose a writable --data-dir, or use --no-cache"
    case .preparation: "choose a writable --data-dir with enough space, or use --no-cache"
    case .model(let error): advice(for: error)
    case .graph(let error) where "\(error)".contains("No conversion rule found"):
      "OpenVINO does not know this operator; use another export of the model, such as the one in full precision"
    case .inference, .graph, .precision, .preparedOtherwise, .property, .propertyValue: nil
    }
  }

  private static func advice(for error: ModelError) -> String? {
    switch error.reason {
    case .notPulled: "`lorikeet models pull \(error.model)` downloads it"
    case .file(_, _, .pull(let model)):
      // Reading finds a damaged file that has the recorded size.
      "`lorikeet models verify \(model)` and then `lorikeet models pull \(model)` downloads it again"
    case .quantizedLayers: "`lorikeet models pull` downloads that one, and --device cpu runs this one"
    case .unknownName, .notADirectory, .layout, .severalModels, .noSnapshot, .builtinMissing, .file,
      .preparedByAnother, .configuration,
      .vocabulary,
      .graph:
      nil
    }
  }

  private static func advice(for error: DownloadError) -> String? {
    let pull = "`lorikeet models pull \(error.model ?? "MODEL")`"
    return switch error.reason {
    case .offline:
      """
      run \(pull) with a network, without --offline and HF_HUB_OFFLINE, or pass a directory with the model's files to \
      --model
      """
    case .noRoom: "make room, or choose another place with --data-dir"
    case .absent: "\(pull) downloads it"
    case .gaveUp, .cancelled: "\(pull) continues from there"
    case .system: "check free space and permissions, or choose another place with --data-dir"
    case .model(let error): advice(for: error)
    case .refused, .noRevision:
      isLikePath(error.model ?? "") ? "if it is meant as a directory, there is none of this name" : nil
    case .setting, .notFound, .noListing, .otherCommit, .layout, .status, .webPage, .wrongSize, .wrongContent,
      .unknownContent, .rangesIgnored, .interrupted, .other, .busy:
      nil
    }
  }

  /// True if a model's name can be a mistyped path.
  private static func isLikePath(_ model: String) -> Bool { model.contains("/") && !model.contains("@") }

  /// Returns the cause and the remedy of a device's known failure.
  private static func explanation(of reason: String, on device: DeviceID) -> String? {
    guard device.kind == .npu else { return nil }
    return Diagnosis.explanation(ofNPUFailure: reason, machine, openVINOVersion: Runtime.version).map {
      "\($0.cause); \($0.remedy)"
    }
  }

  private static var machine: MachineFacts { MachineReader(libraryFolders: LibraryFolders.all).facts() }

  /// Returns the text of an event, followed by advice if there is any.
  static func text(of event: RecognitionEvent) -> String {
    guard case .preparation(.notKept(_, let failure)) = event else { return event.description }
    let remedy =
      switch failure.code {
      case ENOSPC, EDQUOT: "free some space, or choose another --data-dir"
      default: "choose a writable --data-dir"
      }
    return "\(event); \(remedy), or use --no-cache"
  }
}
