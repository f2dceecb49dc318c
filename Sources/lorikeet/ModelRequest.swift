internal import ModelDownload
internal import ModelStore
internal import Recognition
internal import Settings

/// The model that a command is to use, and how.
struct ModelRequest: Sendable {
  /// A known model's name, or a model's directory.
  let name: String
  var settings: ServerSettings

  /// - Parameter model: The name of a model or its directory, if it is not the one in the settings.
  init(_ settings: ServerSettings, model: String? = nil) {
    name = model ?? settings.model
    self.settings = settings
  }

  /// The models that can be named without their place.
  static var names: [String] { [ModelDirectory.builtin] + HubModel.catalogue.map(\.name) }

  /// Where compiled networks are kept.
  static func compiledDirectory(in dataDirectory: String) -> String { "\(dataDirectory)/compiled" }

  private var library: ModelLibrary { ModelLibrary(dataDirectory: settings.dataDir) }

  /// Where a model is that can be used at once.
  enum Place: Sendable {
    case here(ModelDirectory)
    /// It must be fetched, and may be.
    case hub(HubModel, HubSettings)
  }

  /// Looks for the model; the network is not used.
  func locate() throws -> Place {
    let library = library
    guard let model = HubModel(named: name) else { return .here(try ModelDirectory.find(name)) }
    if !library.has(model, .fp32),
      let prepared = PreparedModels.choice(of: library.prepared(model), for: settings.compute.precision)
    {
      return .here(try ModelDirectory(path: prepared.path, name: model.name))
    }
    if library.locate(model) != nil { return .here(try ModelDirectory.find(name, in: library.models)) }
    let hub = try HubSettings.fromEnvironment(isOffline: settings.offline)
    try library.checkFetching(model, .fp32, from: hub)
    return .hub(model, hub)
  }

  /// Fetches a model.
  func fetch(_ model: HubModel, from hub: HubSettings, _ onEvent: PullReport) async throws -> ModelDirectory {
    try await library.pull(model, .fp32, from: hub) { onEvent($0) }
    return try ModelDirectory.find(model.name, in: library.models)
  }

  /// Deletes a loaded model's files in the store, if that is wanted and a prepared form has replaced them. Files
  /// anywhere else are their owner's.
  ///
  /// - Returns: The bytes that they took; `nil` if nothing is to be deleted.
  func dropOriginals(of model: ModelDirectory) async throws -> Int? {
    guard !settings.keepsOriginals, settings.cache, let known = HubModel(named: name),
      let prepared = PreparedModels.replacement(
        of: model, among: library.prepared(known), for: settings.compute.precision)
    else { return nil }
    return try await library.dropOriginals(of: known, keeping: prepared)
  }

  /// A recognizer of the model, which is not loaded yet.
  ///
  /// - Parameter onEvent: Is told what happens to it and to the devices, on any thread.
  func recognizer(
    of model: ModelDirectory, onEvent: @escaping @Sendable (RecognitionEvent) -> Void
  ) -> Recognizer {
    var compute = settings.compute
    if settings.cache {
      compute.cacheDirectory = Self.compiledDirectory(in: settings.dataDir)
      compute.preparedDirectory = "\(settings.dataDir)/prepared"
    }
    return Recognizer(model: model, settings: compute, listening: settings.listening, onEvent: onEvent)
  }
}
