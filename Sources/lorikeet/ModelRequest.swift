internal import Devices
internal import ModelDownload
internal import ModelStore
internal import Parakeet
internal import Recognition
internal import Settings
internal import SpeechEngine
internal import SystemPaths

/// A model and the settings with which a command uses it.
struct ModelRequest: Sendable {
  /// The name of a known model, or a model's directory.
  let name: String
  var settings: ServerSettings

  /// Creates a request.
  ///
  /// - Parameter model: The name of a model, or its directory; `nil` for the model in the settings.
  init(_ settings: ServerSettings, model: String? = nil) {
    name = model ?? settings.model
    self.settings = settings
  }

  /// The names of the known models.
  static var names: [String] { [ModelDirectory.builtin] + HubRepository.catalogue.map(\.name) }

  /// Returns the directory of compiled networks.
  static func compiledDirectory(in dataDirectory: String) -> String { "\(dataDirectory)/compiled" }

  private var library: ModelLibrary { ModelLibrary(dataDirectory: settings.dataDir) }

  /// The location of a model.
  enum Place: Sendable {
    /// The model is on this machine.
    case here(ModelDirectory)
    /// The model must be downloaded.
    case hub(HubRepository, HubSettings)
  }

  /// The model of the hub; `nil` for the built-in one and a directory.
  private var hubModel: HubRepository? { HubRepository(named: name, unlessDirectory: Files.isDirectory) }

  /// Locates the model without using the network.
  func locate() throws -> Place {
    let library = library
    guard let model = hubModel else { return .here(try ModelDirectory.find(name)) }
    if !library.isComplete(model, .fp32),
      let prepared = PreparedModels.choice(of: library.prepared(model), for: settings.compute.precision)
    {
      return .here(try ModelDirectory(path: prepared.path, name: model.name))
    }
    if library.locate(model) != nil { return .here(try ModelDirectory.find(name, in: library.models)) }
    let hub = try HubSettings.fromEnvironment(isOffline: settings.offline)
    try library.checkFetching(model, .fp32, from: hub)
    return .hub(model, hub)
  }

  /// Downloads a model.
  func fetch(_ model: HubRepository, from hub: HubSettings, _ onEvent: PullReport) async throws
    -> ModelDirectory
  {
    try await library.pull(model, .fp32, from: hub) { onEvent($0) }
    return try ModelDirectory.find(model.name, in: library.models)
  }

  /// Deletes a loaded model's files in the store, if the settings say so and a prepared model has replaced them. Files
  /// outside the store belong to the user.
  ///
  /// - Returns: The number of deleted bytes; `nil` if nothing was to be deleted.
  func dropOriginals(of model: ModelDirectory) async throws -> Int? {
    guard !settings.keepsOriginals, settings.cache, let known = hubModel,
      let prepared = PreparedModels.replacement(
        of: model, among: library.prepared(known), for: settings.compute.precision)
    else { return nil }
    return try await library.dropOriginals(of: known, keeping: prepared)
  }

  /// Returns a recognizer whose model is not loaded yet.
  ///
  /// - Parameter onEvent: Called on an arbitrary thread for each event of the model or the devices.
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
