internal import Inference
internal import ModelDownload
internal import ModelStore
internal import Recognition

/// The model that a command is to use, and how.
struct WantedModel: Sendable {
  /// A known model's name, or a model's directory.
  let name: String
  let device: Device
  let precision: Precision
  /// Where models, and what is made of them, are kept.
  let dataDirectory: String
  let isCached: Bool
  let isOffline: Bool

  private var library: ModelLibrary { ModelLibrary(dataDirectory: dataDirectory) }

  /// Where a model is that can be used at once.
  enum Place: Sendable {
    case here(ModelDirectory)
    /// It must be fetched, and may be.
    case hub(HubModel, HubSettings)
  }

  /// Looks for the model; the network is not used.
  func locate() throws -> Place {
    let library = library
    guard let model = HubModel(named: name), library.locate(model) == nil else {
      return .here(try ModelDirectory.find(name, in: library.models))
    }
    let hub = try HubSettings.fromEnvironment(isOffline: isOffline)
    try library.checkFetching(model, .fp32, from: hub)
    return .hub(model, hub)
  }

  /// Fetches a model.
  func fetch(_ model: HubModel, from hub: HubSettings, _ report: PullReport) async throws -> ModelDirectory {
    try await library.pull(model, .fp32, from: hub) { report($0) }
    return try ModelDirectory.find(model.name, in: library.models)
  }

  /// A recognizer of the model, which is not loaded yet.
  func recognizer(of model: ModelDirectory) -> Recognizer {
    // Compiled models hold only for the build of OpenVINO that made them.
    let build = Runtime.version.replacing("/", with: "-")
    return Recognizer(
      model: model,
      settings: ComputeSettings(
        device: device, precision: precision,
        cacheDirectory: isCached ? "\(dataDirectory)/cache/openvino-\(build)" : nil,
        preparedDirectory: isCached ? "\(dataDirectory)/prepared" : nil))
  }
}
