public import ModelStore
internal import Storage
internal import SystemPaths

/// The models below a data directory: listing, downloading, verifying and removing them.
public struct ModelLibrary: Sendable {
  /// The folder that contains the models' folders.
  public let models: String
  /// The folder that contains models prepared for a device.
  public let prepared: String
  private let retry = RetryPolicy()

  private static let lockPause = Duration.milliseconds(200)

  /// Creates a library below a data directory.
  public init(dataDirectory: String) {
    models = "\(dataDirectory)/models"
    prepared = "\(dataDirectory)/prepared"
  }

  /// Returns the stored model if any of its exports is complete.
  public func locate(_ model: HubRepository) -> StoredModel? {
    let stored = StoredModel(model, in: models)
    return stored.complete.isEmpty ? nil : stored
  }

  /// Returns true if an export of a model is complete.
  public func isComplete(_ model: HubRepository, _ export: ExportFiles) -> Bool {
    StoredModel(model, in: models).missing(from: export).isEmpty
  }

  /// Returns the prepared forms of a model.
  public func prepared(_ model: HubRepository) -> [PreparedModel] {
    StoredModel(model, in: models).prepared(in: prepared)
  }

  /// Returns all models of the store, sorted by name, including incomplete ones.
  public func list() -> [StoredModel] {
    ((try? Files.names(in: models)) ?? []).compactMap { folder in
      let name = DownloadRecord(in: "\(models)/\(folder)")?.model ?? folder
      guard let model = HubRepository(named: name), model.folder == folder else { return nil }
      return StoredModel(model, in: models)
    }
  }

  /// Downloads the missing files of a model. Of two processes that pull the same model, one waits for the other.
  ///
  /// - Throws: ``DownloadError`` if a file cannot be downloaded or stored; what has arrived is kept.
  public func pull(
    _ model: HubRepository, _ export: ExportFiles, from hub: HubSettings,
    report: @escaping @Sendable (PullEvent) -> Void
  ) async throws(DownloadError) {
    func missing() -> [String] { StoredModel(model, in: models).missing(from: export) }
    guard !missing().isEmpty else { return report(.alreadyThere) }
    try checkFetching(model, export, from: hub)
    let lock = try await lock(model, report: report)
    guard !missing().isEmpty else { return report(.alreadyThere) }
    TemporaryPath.removeAll(in: "\(models)/\(model.folder)", holding: lock)
    do throws(DownloadError) {
      try await Hub.with(hub) { hub async throws(DownloadError) in
        try await RepositoryPull(
          model: model, export: export, models: models, hub: hub, retry: retry, report: report
        ).run()
      }
    } catch {
      // A mistyped name leaves no trace.
      try? lock.removeDirectoryIfEmpty()
      throw error
    }
  }

  /// Checks that a model is complete or can be downloaded.
  ///
  /// - Throws: ``DownloadError`` with the missing files if the settings are offline.
  public func checkFetching(
    _ model: HubRepository, _ export: ExportFiles, from hub: HubSettings
  ) throws(DownloadError) {
    let missing = StoredModel(model, in: models).missing(from: export)
    guard hub.isOffline, !missing.isEmpty else { return }
    throw DownloadError(
      model: model.name, reason: .offline(missing.map { describe($0, of: model) }))
  }

  private func describe(_ file: String, of model: HubRepository) -> String {
    model.files[file].map { "\(file) (\(ByteCount($0.size)))" } ?? file
  }

  /// The result of verifying a file.
  public enum Finding: Sendable, Equatable {
    /// The file is intact.
    case right
    /// The file does not exist.
    case missing
    /// The file was deleted to save space, and the model has an intact prepared form.
    case dropped
    /// The file was damaged and has been removed, so that it is not used.
    case damaged
  }

  /// Reads all recorded files of a model and its prepared forms, and compares their hashes. Damaged files are removed,
  /// so that the next pull downloads them again.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - report: Called with each file and its result.
  /// - Returns: True if everything is intact.
  /// - Throws: ``DownloadError`` if the model is not in the store, or a file cannot be read or removed.
  public func verify(
    _ model: HubRepository, report: (String, Finding) -> Void
  ) async throws(DownloadError) -> Bool {
    let stored = StoredModel(model, in: models)
    let places = stored.preparedPlaces(in: prepared).filter(\.isOfThisVersion)
    guard !stored.record.files.isEmpty || !places.isEmpty else {
      throw DownloadError(model: model.name, reason: .absent)
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
      if finding == .missing, isPrepared, !Self.isText(file) { finding = .dropped }
      if finding == .missing || finding == .damaged { record.files[file] = nil }
      report(file, finding)
    }
    guard record != stored.record else { return isRight }
    let lock = try take(model)
    defer { withExtendedLifetime(lock) {} }
    try DownloadError.onDisk(model) { () throws(FileError) in
      for file in stored.record.files.keys where record.files[file] == nil {
        try Files.removeFile("\(stored.path)/\(file)")
      }
      try Files.replace("\(stored.path)/\(DownloadRecord.fileName)", with: record.encoded())
    }
    return false
  }

  /// True for the files that a prepared form does not replace.
  private static func isText(_ file: String) -> Bool {
    ModelDirectory.texts.contains { file == $0 || file.hasSuffix("/\($0)") }
  }

  private func check(
    _ path: String, _ recorded: DownloadRecord.File, _ model: HubRepository
  ) async throws(DownloadError) -> Finding {
    guard Files.isThere(path) else { return .missing }
    let hash = try await DownloadError.onDisk(model) { () async throws(FileError) in
      try await FileHash.of(path)
    }
    return hash.size == recorded.size && hash.sha256 == recorded.sha256 ? .right : .damaged
  }

  /// Reads a whole prepared form, and removes it if it is damaged.
  private func check(_ place: PreparedModel.Place, _ model: HubRepository) async throws(DownloadError)
    -> Finding
  {
    try await DownloadError.onDisk(model) { () async throws(FileError) in
      try await onFileThread { () throws(FileError) in
        guard PreparedModel(at: place.path, readingAll: true) == nil else { return .right }
        try place.remove()
        return .damaged
      }
    }
  }

  /// Deletes the full-precision files of a model that a prepared form has replaced.
  ///
  /// - Returns: The freed space in bytes.
  /// - Throws: ``DownloadError`` before anything is deleted if the prepared form was not made from these files or is
  ///   not intact, which takes reading everything.
  public func dropOriginals(
    of model: HubRepository, keeping prepared: PreparedModel
  ) async throws(DownloadError) -> Int {
    let stored = StoredModel(model, in: models)
    let lock = try take(model)
    defer { withExtendedLifetime(lock) {} }
    let bytes = try await DownloadError.onDisk(model) { () async throws(FileError) in
      try await onFileThread { () throws(FileError) -> Result<Int, ModelError> in
        let original = Result { () throws(ModelError) in try stored.open() }
        return switch original {
        case .success(let original): .success(Int(try original.dropOriginals(keeping: prepared)))
        case .failure(let error): .failure(error)
        }
      }
    }
    return try bytes.mapError { DownloadError(model: model.name, reason: .model($0)) }.get()
  }

  /// Removes a model from the store, including its prepared forms.
  ///
  /// - Returns: The size of the removed files in bytes.
  /// - Throws: ``DownloadError`` if the model is not in the store, is in use by another process, or cannot be removed.
  public func remove(_ model: HubRepository) throws(DownloadError) -> Int {
    let folder = "\(models)/\(model.folder)"
    let places = StoredModel(model, in: models).preparedPlaces(in: prepared)
    guard Files.isThere(folder) || !places.isEmpty else {
      throw DownloadError(model: model.name, reason: .absent)
    }
    let lock = try take(model)
    var bytes = 0
    try DownloadError.onDisk(model) { () throws(FileError) in
      for place in places {
        try place.remove()
        bytes += Int(place.size)
      }
      // The record first, so that a half-removed model is not taken for a complete one.
      try Files.removeFile("\(folder)/\(DownloadRecord.fileName)")
      for name in (try? Files.names(in: folder)) ?? [] where name != FileLock.fileName {
        bytes += Self.size(of: "\(folder)/\(name)")
        try Files.remove("\(folder)/\(name)")
      }
      try lock.removeDirectoryIfEmpty()
    }
    return bytes
  }

  /// The size of a file, or of all files in a folder, in bytes.
  private static func size(of path: String) -> Int {
    guard let names = try? Files.names(in: path) else { return Files.size(of: path) ?? 0 }
    return names.reduce(0) { $0 + size(of: "\(path)/\($1)") }
  }

  private func lock(
    _ model: HubRepository, report: @Sendable (PullEvent) -> Void
  ) async throws(DownloadError) -> FileLock {
    var isWaiting = false
    while true {
      if let lock = try attempt(model) { return lock }
      if !isWaiting { report(.waiting(folder: "\(models)/\(model.folder)")) }
      isWaiting = true
      do {
        try await Task.sleep(for: Self.lockPause)
      } catch {
        throw DownloadError(model: model.name, reason: .cancelled)
      }
    }
  }

  private func take(_ model: HubRepository) throws(DownloadError) -> FileLock {
    guard let lock = try attempt(model) else {
      throw DownloadError(model: model.name, reason: .busy)
    }
    return lock
  }

  private func attempt(_ model: HubRepository) throws(DownloadError) -> FileLock? {
    try DownloadError.onDisk(model) { () throws(FileError) in try FileLock(in: "\(models)/\(model.folder)") }
  }
}
