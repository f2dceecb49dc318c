internal import ArgumentParser
internal import Inference
internal import ModelStore
internal import Recognition
internal import Settings

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
    try Recognizer.find(
      model, device: device, precision: precision, dataDirectory: dataDir ?? DataDirectory.standard,
      isCached: !withoutCache)
  }
}

extension Recognizer {
  /// - Parameter model: A known model's name, or a model's directory.
  static func find(
    _ model: String, device: Device, precision: Precision, dataDirectory: String, isCached: Bool
  ) throws(ModelError) -> Recognizer {
    // Compiled models hold only for the build of OpenVINO that made them.
    let build = Runtime.version.replacing("/", with: "-")
    let cache = isCached ? "\(dataDirectory)/cache/openvino-\(build)" : nil
    return Recognizer(
      model: try ModelDirectory.find(model),
      settings: ComputeSettings(
        device: device, precision: precision, cacheDirectory: cache,
        preparedDirectory: isCached ? "\(dataDirectory)/prepared" : nil))
  }
}
