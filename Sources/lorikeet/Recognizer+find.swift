internal import ModelDownload
internal import ModelStore
internal import Recognition

extension Recognizer {
  /// Finds a model, fetches it if it is one of the hub's that is not there, and makes a recognizer of it. The model
  /// is not loaded yet.
  ///
  /// - Parameters:
  ///   - model: A known model's name, or a model's directory.
  ///   - dataDirectory: Where models, and what is made of them, are kept.
  ///   - report: Makes what is told how fetching goes, of the model's name.
  static func find(
    _ model: String, device: Device, precision: Precision, dataDirectory: String, isCached: Bool,
    isOffline: Bool, report: (String) -> PullReport
  ) async throws -> Recognizer {
    let library = ModelLibrary(dataDirectory: dataDirectory)
    if let known = HubModel(named: model), library.locate(known) == nil {
      let report = report(known.name)
      let hub = try HubSettings.fromEnvironment(isOffline: isOffline)
      try await library.pull(known, .fp32, from: hub) { report($0) }
    }
    return Recognizer(
      model: try ModelDirectory.find(model, in: library.models),
      settings: ComputeSettings(
        device: device, precision: precision,
        cacheDirectory: isCached ? "\(dataDirectory)/cache/\(CompiledModels.folder)" : nil,
        preparedDirectory: isCached ? "\(dataDirectory)/prepared" : nil))
  }
}
