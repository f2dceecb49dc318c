internal import ArgumentParser
internal import ModelStore
internal import Recognition
internal import Settings

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

  @Option(
    help: ArgumentHelp(
      "Whether fetched files stay when the model has been prepared and needs them no more. (default: yes)",
      valueName: "yes|no"),
    transform: Self.truth)
  var keepOriginals = true

  @Flag(help: "Never use the network: a model that is not there is an error.")
  var offline = false

  /// The model these options describe.
  var wanted: WantedModel {
    WantedModel(
      name: model, device: device, precision: precision, dataDirectory: dataDir ?? DataDirectory.standard,
      isCached: !withoutCache, keepsOriginals: keepOriginals, isOffline: offline)
  }

  private static func truth(_ text: String) throws -> Bool {
    guard let truth = Setting.truth(text) else { throw ValidationError("'\(text)' is neither yes nor no") }
    return truth
  }
}
