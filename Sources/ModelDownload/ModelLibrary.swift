public import ModelStore

/// The models below a data directory: what is there, bringing more, checking and removing.
public struct ModelLibrary: Sendable {
  /// The folder that holds the models' folders.
  public let models: String
  /// The folder that holds models made ready for a device.
  public let prepared: String
  private let retry = RetryPolicy()

  private static let lockPause = Duration.milliseconds(200)

  public init(dataDirectory: String) {
    models = "\(dataDirectory)/models"
    prepared = "\(dataDirectory)/prepared"
  }

  /// A model that is there as a whole, in any of its exports.
  public func locate(_ model: HubModel) -> StoredModel? {
    let stored = StoredModel(model, in: models)
    return stored.complete.isEmpty ? nil : stored
  }

  /// Whether an export of a model is there as a whole.
  public func has(_ model: HubModel, _ export: ExportFiles) -> Bool {
    StoredModel(model, in: models).missing(from: export).isEmpty
  }

  /// The prepared forms of a model.
  public func prepared(_ model: HubModel) -> [PreparedModel] {
    StoredModel(model, in: models).prepared(in: prepared)
  }

  /// All models of the store, in the order of their names: those that are there, and what there is of others.
  public func list() -> [StoredModel] {
    FileSystem.names(in: models).compactMap { folder in
      let name = DownloadRecord(in: "\(models)/\(folder)")?.model ?? folder
      guard let model = HubModel(named: name), model.folder == folder else { return nil }
      return StoredModel(model, in: models)
    }
  }

  /// Brings what is missing of a model. Of two processes that pull the same model one waits for the other.
  public func pull(
    _ model: HubModel, _ export: ExportFiles, from hub: HubSettings,
    report: @escaping @Sendable (PullEvent) -> Void
  ) async throws(DownloadError) {
    func missing() -> [String] { StoredModel(model, in: models).missing(from: export) }
    guard !missing().isEmpty else { return report(.alreadyThere) }
    try checkFetching(model, export, from: hub)
    let lock = try await lock(model, report: report)
    defer { withExtendedLifetime(lock) {} }
    guard !missing().isEmpty else { return report(.alreadyThere) }
    do throws(DownloadError) {
      try await Hub.with(hub) { hub async throws(DownloadError) in
        try await RepositoryPull(
          model: model, export: export, models: models, hub: hub, retry: retry, report: report
        ).run()
      }
    } catch {
      try? removeIfEmpty("\(models)/\(model.folder)")
      throw error
    }
  }

  /// - Throws: What is missing of a model, if it may not be fetched.
  public func checkFetching(
    _ model: HubModel, _ export: ExportFiles, from hub: HubSettings
  ) throws(DownloadError) {
    let missing = StoredModel(model, in: models).missing(from: export)
    guard hub.isOffline, !missing.isEmpty else { return }
    throw DownloadError(
      model: model.name, file: nil, reason: .offline(missing.map { describe($0, of: model) }))
  }

  /// Removes a folder that holds nothing but its lock, which the caller has: a mistyped name leaves no trace.
  private func removeIfEmpty(_ folder: String) throws(SystemError) {
    guard FileSystem.names(in: folder) == [DirectoryLock.fileName] else { return }
    try FileSystem.remove("\(folder)/\(DirectoryLock.fileName)")
    try FileSystem.removeDirectory(folder)
  }

  private func describe(_ file: String, of model: HubModel) -> String {
    model.files[file].map { "\(file) (\(ByteCount($0.size)))" } ?? file
  }

  /// What `verify` found of a file.
  public enum Finding: Sendable, Equatable {
    case right
    case missing
    /// It was deleted to save space, and an intact prepared form of the model is there.
    case dropped
    /// It was removed: a damaged file must not be used.
    case damaged
  }

  /// Reads all recorded files of a model, and its prepared forms, and compares their hashes. Files that are not what
  /// they were are removed, so that the next pull brings them anew.
  ///
  /// - Parameter report: Told each file and what was found.
  /// - Returns: Whether all is right.
  public func verify(
    _ model: HubModel, report: (String, Finding) -> Void
  ) async throws(DownloadError) -> Bool {
    let stored = StoredModel(model, in: models)
    let places = stored.preparedPlaces(in: prepared).filter(\.isOfThisVersion)
    guard !stored.record.files.isEmpty || !places.isEmpty else {
      throw DownloadError(model: model.name, file: nil, reason: .absent)
    }
    var isPrepared = false
    var isRight = true
    for place in places {
      let finding = try await check(place, model)
      if finding == .right { isPrepared = true } else { isRight = false }
      report(place.path, finding)
    }
    var record = stored.record
    for (file, recorded) in stored.record.files.sorted(by: { $0.key < $1.key }) {
      var finding = try await check("\(stored.path)/\(file)", recorded, model)
      if finding == .missing, isPrepared, file.contains(".onnx") { finding = .dropped }
      if finding == .missing || finding == .damaged { record.files[file] = nil }
      report(file, finding)
    }
    guard record != stored.record else { return isRight }
    let lock = try take(model)
    defer { withExtendedLifetime(lock) {} }
    try onDisk(model) { () throws(SystemError) in
      for file in stored.record.files.keys where record.files[file] == nil {
        try FileSystem.remove("\(stored.path)/\(file)")
      }
      try FileSystem.replace("\(stored.path)/\(DownloadRecord.fileName)", with: record.encoded())
    }
    return false
  }

  private func check(
    _ path: String, _ recorded: DownloadRecord.File, _ model: HubModel
  ) async throws(DownloadError) -> Finding {
    guard FileSystem.isThere(path) else { return .missing }
    let hash: FileHash
    do throws(SystemError) {
      hash = try await FileHash.of(path)
    } catch {
      throw DownloadError(model: model.name, file: nil, reason: .system(error))
    }
    return hash.size == recorded.size && hash.sha256 == recorded.sha256 ? .right : .damaged
  }

  /// Reads a prepared form as a whole, and removes it if it is damaged.
  private func check(_ place: PreparedModel.Place, _ model: HubModel) async throws(DownloadError) -> Finding {
    try await onFileThread(model) { () throws(FileFailure) in
      guard PreparedModel(at: place.path, readingAll: true) == nil else { return .right }
      try place.remove()
      return .damaged
    }
  }

  /// Deletes the full-precision files of a model, which a prepared form has replaced.
  ///
  /// - Returns: The bytes that they took.
  /// - Throws: Before anything is deleted, if the prepared form was not made of these files or is not intact: all is
  ///   read to know.
  public func dropOriginals(
    of model: HubModel, keeping prepared: PreparedModel
  ) async throws(DownloadError) -> Int {
    let path = StoredModel(model, in: models).path
    let lock = try take(model)
    defer { withExtendedLifetime(lock) {} }
    return try await onFileThread(model) { () throws(FileFailure) in
      let original: ModelDirectory
      do throws(ModelError) {
        original = try ModelDirectory(path: path, name: model.name)
      } catch {
        throw FileFailure(path: path, why: error.description)
      }
      return Int(try original.dropOriginals(keeping: prepared))
    }
  }

  private func onFileThread<Value: Sendable>(
    _ model: HubModel, _ work: @escaping @Sendable () throws(FileFailure) -> Value
  ) async throws(DownloadError) -> Value {
    let result: Result<Value, FileFailure>
    do throws(SystemError) {
      result = try await ModelDownload.onFileThread { () throws(SystemError) in
        do throws(FileFailure) {
          return .success(try work())
        } catch {
          return .failure(error)
        }
      }
    } catch {
      throw DownloadError(model: model.name, file: nil, reason: .system(error))
    }
    do throws(FileFailure) {
      return try result.get()
    } catch {
      throw DownloadError(model: model.name, file: nil, reason: .other(error.description))
    }
  }

  /// Removes a model with all that the store holds of it, prepared forms included.
  ///
  /// - Returns: The bytes of its files.
  public func remove(_ model: HubModel) throws(DownloadError) -> Int {
    let folder = "\(models)/\(model.folder)"
    let places = StoredModel(model, in: models).preparedPlaces(in: prepared)
    guard FileSystem.isThere(folder) || !places.isEmpty else {
      throw DownloadError(model: model.name, file: nil, reason: .absent)
    }
    let lock = try take(model)
    defer { withExtendedLifetime(lock) {} }
    var bytes = 0
    for place in places {
      do throws(FileFailure) {
        try place.remove()
      } catch {
        throw DownloadError(model: model.name, file: nil, reason: .other(error.description))
      }
      bytes += Int(place.size)
    }
    try onDisk(model) { () throws(SystemError) in
      // The record first: a model that is half removed is none.
      try FileSystem.remove("\(folder)/\(DownloadRecord.fileName)")
      for name in FileSystem.names(in: folder) where name != DirectoryLock.fileName {
        bytes += FileSystem.size(of: "\(folder)/\(name)") ?? 0
        try FileSystem.remove("\(folder)/\(name)")
      }
      try removeIfEmpty(folder)
    }
    return bytes
  }

  private func lock(
    _ model: HubModel, report: @Sendable (PullEvent) -> Void
  ) async throws(DownloadError) -> DirectoryLock {
    var isWaiting = false
    while true {
      if let lock = try attempt(model) { return lock }
      if !isWaiting { report(.waiting(folder: "\(models)/\(model.folder)")) }
      isWaiting = true
      do {
        try await Task.sleep(for: Self.lockPause)
      } catch {
        throw DownloadError(model: model.name, file: nil, reason: .cancelled)
      }
    }
  }

  private func take(_ model: HubModel) throws(DownloadError) -> DirectoryLock {
    guard let lock = try attempt(model) else {
      throw DownloadError(model: model.name, file: nil, reason: .busy)
    }
    return lock
  }

  private func attempt(_ model: HubModel) throws(DownloadError) -> DirectoryLock? {
    try onDisk(model) { () throws(SystemError) in
      try DirectoryLock(folder: "\(models)/\(model.folder)")
    }
  }

  private func onDisk<Value>(
    _ model: HubModel, _ work: () throws(SystemError) -> Value
  ) throws(DownloadError) -> Value {
    do throws(SystemError) {
      return try work()
    } catch {
      throw DownloadError(model: model.name, file: nil, reason: .system(error))
    }
  }
}
