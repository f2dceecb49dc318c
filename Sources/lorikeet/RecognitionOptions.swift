internal import ArgumentParser
internal import FoundationEssentials
internal import Inference
internal import ModelDownload
internal import ModelStore
internal import Recognition

/// The options of all commands that recognize speech.
struct RecognitionOptions: ParsableArguments {
  @Option(
    help: """
      The model: 'builtin', 'parakeet-tdt-0.6b-v3' or '-v2' (fetched if it is not there), OWNER/REPOSITORY@COMMIT of \
      the hub, or a directory with the files of the public ONNX export.
      """)
  var model = ModelDirectory.builtin

  @Option(help: "The device that runs the model.")
  var device = Device.auto

  @Option(help: "The arithmetic; auto is the fastest that the device has.")
  var precision = Precision.auto

  @Option(
    help: ArgumentHelp(
      "The language that is spoken, as a tag such as 'en'. It is reported with the transcript.",
      valueName: "tag"))
  var language: String?

  @Option(
    help: ArgumentHelp(
      "Where models and their compiled forms are kept. (default: \(DataDirectory.standard))",
      valueName: "directory"))
  var dataDir: String?

  @Flag(name: .customLong("no-cache"), help: "Compile the model anew instead of keeping it compiled.")
  var withoutCache = false

  @Flag(help: "Never use the network: a model that is not there is an error.")
  var offline = false

  /// The recognizer these options describe; its model is fetched if need be, and not loaded yet.
  ///
  /// - Parameter report: Makes what is told how fetching goes, of the model's name.
  func recognizer(report: (String) -> PullReport) async throws -> Recognizer {
    let directory = dataDir ?? DataDirectory.standard
    let library = ModelLibrary(dataDirectory: directory)
    if let known = HubModel(named: model), library.locate(known) == nil {
      let report = report(known.name)
      let hub = try HubSettings.fromEnvironment(isOffline: offline)
      try await library.pull(known, .fp32, from: hub) { report($0) }
    }
    // Compiled models hold only for the build of OpenVINO that made them.
    let build = Runtime.version.replacing("/", with: "-")
    let cache = withoutCache ? nil : "\(directory)/cache/openvino-\(build)"
    return Recognizer(
      model: try ModelDirectory.find(model, in: library.models),
      settings: ComputeSettings(device: device, precision: precision, cacheDirectory: cache))
  }
}

/// Where Lorikeet keeps what it makes.
enum DataDirectory {
  /// As the XDG base directory specification says; for a service without a home, below /var/lib.
  static var standard: String {
    let environment = ProcessInfo.processInfo.environment
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return "\(data)/lorikeet" }
    if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/share/lorikeet" }
    return "/var/lib/lorikeet"
  }
}
