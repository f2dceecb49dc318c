internal import ArgumentParser
internal import FoundationEssentials
internal import Inference
internal import ModelStore
internal import Recognition

/// The options of all commands that recognize speech.
struct RecognitionOptions: ParsableArguments {
  @Option(help: "The model: 'builtin', or a directory with the files of the public ONNX export.")
  var model = ModelDirectory.builtin

  @Option(help: "The device that runs the model.")
  var device = Device.auto

  @Option(help: "The arithmetic, or int8 for weights in eight bits; auto is the fastest.")
  var precision = Precision.auto

  @Option(
    help: ArgumentHelp(
      "The language that is spoken, as a tag such as 'en'. It is reported with the transcript.",
      valueName: "tag"))
  var language: String?

  @Option(
    help: ArgumentHelp(
      "Where prepared and compiled models are kept. (default: \(DataDirectory.standard))",
      valueName: "directory"))
  var dataDir: String?

  @Flag(name: .customLong("no-cache"), help: "Prepare and compile the model anew instead of keeping it.")
  var withoutCache = false

  /// The recognizer these options describe; its model is not loaded yet.
  func recognizer() throws(ModelError) -> Recognizer {
    let directory = dataDir ?? DataDirectory.standard
    // Compiled models hold only for the build of OpenVINO that made them.
    let build = Runtime.version.replacing("/", with: "-")
    let cache = withoutCache ? nil : "\(directory)/cache/openvino-\(build)"
    return Recognizer(
      model: try ModelDirectory.find(model),
      settings: ComputeSettings(
        device: device, precision: precision, cacheDirectory: cache,
        preparedDirectory: withoutCache ? nil : "\(directory)/prepared"))
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
