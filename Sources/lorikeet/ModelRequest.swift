internal import Devices
internal import ModelDownload
internal import ModelStore
internal import Parakeet
internal import Recognition
internal import SpeechEngine

/// The model that a command is to use, and how.
struct ModelRequest: Sendable {
  /// A known model's name, or a model's directory.
  let name: String
  /// Where and how it runs; where things are kept is added to it.
  var compute: ComputeSettings
  let listening: ListeningSettings
  /// Whether letters of other scripts than the language's are never emitted.
  let forcesScript: Bool
  /// Where models, and what is made of them, are kept.
  let dataDirectory: String
  let isCached: Bool
  /// Whether fetched files stay when a prepared form has replaced them.
  let keepsOriginals: Bool
  let isOffline: Bool

  /// The models that can be named without their place.
  static var names: [String] { [ModelDirectory.builtin] + HubModel.catalogue.map(\.name) }

  /// Where compiled networks are kept.
  static func compiledDirectory(in dataDirectory: String) -> String { "\(dataDirectory)/compiled" }

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
    guard let model = HubModel(named: name) else { return .here(try ModelDirectory.find(name)) }
    if !library.has(model, .fp32),
      let prepared = PreparedModels.choice(of: library.prepared(model), for: compute.precision)
    {
      return .here(try ModelDirectory(path: prepared.path, name: model.name))
    }
    if library.locate(model) != nil { return .here(try ModelDirectory.find(name, in: library.models)) }
    let hub = try HubSettings.fromEnvironment(isOffline: isOffline)
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
    guard !keepsOriginals, isCached, let known = HubModel(named: name),
      let prepared = PreparedModels.replacement(
        of: model, among: library.prepared(known), for: compute.precision)
    else { return nil }
    return try await library.dropOriginals(of: known, keeping: prepared)
  }

  /// A recognizer of the model, which is not loaded yet.
  ///
  /// - Parameter onEvent: Is told what happens to it and to the devices, on any thread.
  func recognizer(
    of model: ModelDirectory, onEvent: @escaping @Sendable (RecognitionEvent) -> Void
  ) -> Recognizer {
    var settings = compute
    settings.cacheDirectory = isCached ? Self.compiledDirectory(in: dataDirectory) : nil
    settings.preparedDirectory = isCached ? "\(dataDirectory)/prepared" : nil
    return Recognizer(
      model: model, settings: settings, listening: listening, forcesScript: forcesScript, onEvent: onEvent)
  }
}
