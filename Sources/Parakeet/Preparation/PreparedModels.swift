internal import Concurrency
internal import Devices
internal import Glibc
internal import Inference
public import ModelStore
internal import Storage
internal import SystemPaths

/// Makes prepared models, keeps them in one directory, and finds them again.
///
/// The name of a prepared model is that of its model and a key of everything it was made from and with. One process
/// prepares at a time, holding the directory's lock; others wait, and then find the model that it made.
public struct PreparedModels: Sendable {
  /// The path of the directory.
  public let directory: String
  /// Returns the bytes that can still be written to a directory.
  var freeBytes: @Sendable (String) -> Int? = { Files.freeBytes(in: $0) }

  /// Creates an interface to a directory, which need not exist.
  public init(directory: String) {
    self.directory = directory
  }

  /// Finds the prepared form of a model, or makes it: a minute for a large one. Blocks.
  ///
  /// - Parameters:
  ///   - model: An exported model.
  ///   - readingAll: True to check the files of a prepared model by reading them, although they look unchanged.
  ///   - report: Called when there is something to wait for.
  public func prepared(
    _ model: ModelDirectory, weights: WeightFormat, readingAll: Bool = false,
    report: (PreparationEvent) -> Void = { _ in }
  ) throws(ParakeetError) -> PreparedModel {
    switch try kept(model, weights: weights, readingAll: readingAll, report: report) {
    case .success(let prepared): return prepared
    case .failure(let failure): throw error(failure, model)
    }
  }

  /// Finds the prepared form of a model, or makes it. Blocks.
  ///
  /// - Returns: `nil` if there is not enough space for it, or no permission to write: the model can be used without it.
  func preparedIfKept(
    _ model: ModelDirectory, weights: WeightFormat, readingAll: Bool = false,
    report: (PreparationEvent) -> Void = { _ in }
  ) throws(ParakeetError) -> PreparedModel? {
    switch try kept(model, weights: weights, readingAll: readingAll, report: report) {
    case .success(let prepared): return prepared
    case .failure(let failure):
      guard !failure.isWrongPlace else { throw error(failure, model) }
      report(.notKept(model: model.name, failure))
      return nil
    }
  }

  private func error(_ failure: FileError, _ model: ModelDirectory) -> ParakeetError {
    let why = failure.path == directory ? failure.message : failure.description
    return .preparation(model: model.name, directory: directory, why: why)
  }

  /// Returns a prepared model, or the reason why it cannot be kept in the directory.
  private func kept(
    _ model: ModelDirectory, weights: WeightFormat, readingAll: Bool,
    report: (PreparationEvent) -> Void
  ) throws(ParakeetError) -> Result<PreparedModel, FileError> {
    do {
      let sources = try SourceHashes(of: model, memory: "\(directory)/.hashes") { failure in
        if !failure.isWrongPlace { report(.notKept(model: model.name, failure)) }
      }
      let place =
        directory + "/"
        + PreparedModel.directoryName(
          model: model.name, source: sources.sha256, weights: weights, openVINO: Runtime.version)
      if !readingAll, let found = PreparedModel(at: place) {
        removeLeftoversUnlessBusy()
        return .success(found)
      }
      try Files.makeDirectories(directory)
      let lock = try lock(for: model, report)
      TemporaryPath.removeAll(in: directory, holding: lock)
      if let found = PreparedModel(at: place, readingAll: readingAll) { return .success(found) }
      return .success(try make(model, weights, sources, at: place, report))
    } catch let failure as FileError {
      if TemporaryPath.contains(failure.path, in: directory) {
        return .failure(FileError(directory, failure.message, code: failure.code))
      }
      // The model cannot be used at all if its own files cannot be read.
      guard failure.path == directory || failure.path.hasPrefix("\(directory)/") else {
        throw error(failure, model)
      }
      return .failure(failure)
    } catch {
      throw ParakeetError(error)
    }
  }

  // MARK: Making

  private func make(
    _ model: ModelDirectory, _ weights: WeightFormat, _ sources: SourceHashes, at place: String,
    _ report: (PreparationEvent) -> Void
  ) throws -> PreparedModel {
    let needed = Self.bytesNeeded(for: sources, weights)
    if let free = freeBytes(directory), free < needed {
      throw FileError(
        directory, "\(needed.megabytes) MB are needed, \(free.megabytes) MB are free", code: ENOSPC)
    }
    report(.began(model: model.name, weights: weights, directory: directory))
    let clock = ContinuousClock()
    let start = clock.now
    let temporary = try TemporaryDirectory(in: directory)
    do {
      try write(model, weights, to: temporary.path)
      // A directory that is there already is damaged.
      _ = try temporary.seal(at: place) {
        PreparedModel.Manifest(
          model: model.name, weights: weights, openVINO: Runtime.version, source: sources.sha256, files: $0)
      }
    } catch {
      // OpenVINO does not report why it could not write. An attempt to write does, or the free space after the removal
      // of what was written so far.
      try Files.checkWriting(in: directory)
      _ = consume temporary
      guard let free = freeBytes(directory), free < needed else { throw error }
      throw FileError(directory, "the disk is full; \(needed.megabytes) MB are needed", code: ENOSPC)
    }
    removeOutdated(weights, sources, report)
    Runtime.releaseUnusedMemory()
    guard let prepared = PreparedModel(at: place) else {
      throw FileError(place, "it was changed during its preparation")
    }
    report(.finished(model: model.name, path: place, seconds: (clock.now - start).seconds))
    return prepared
  }

  private func write(_ model: ModelDirectory, _ weights: WeightFormat, to directory: String) throws {
    for name in ModelDirectory.texts {
      try Files.copy("\(model.path)/\(name)", to: "\(directory)/\(name)")
    }
    try writeNetworks(of: model, weights, to: directory)
    // Reading finds truncated weights, in case a failure to write went unnoticed.
    let runtime = try Runtime()
    for network in PreparedModel.networks(of: model.configuration.head) {
      _ = try runtime.readGraph(at: "\(directory)/\(network.rawValue).xml")
    }
  }

  private func writeNetworks(of model: ModelDirectory, _ weights: WeightFormat, to directory: String) throws {
    let runtime = try Runtime()
    var graphs = try SpeechGraphs.exported(model, weights: weights, runtime: runtime)
    if weights == .int8 { try graphs.compress() }
    func save(_ graph: borrowing Graph, _ network: PreparedModel.Network) throws(InferenceError) {
      try graph.save(to: "\(directory)/\(network.rawValue).xml", halfPrecision: weights == .f16)
    }
    try save(graphs.encoder, .encoder)
    guard var decoder = graphs.decoder.take() else { return }
    // The gates of an exported LSTM are in another order than OpenVINO's.
    try decoder.prediction.foldConstants()
    try save(decoder.projection, .projection)
    try save(decoder.prediction, .prediction)
    try save(decoder.joint, .joint)
  }

  /// Returns the bytes that a prepared model takes on the disk, estimated with a margin.
  static func bytesNeeded(for sources: SourceHashes, _ weights: WeightFormat) -> Int64 {
    let bytes = sources.files.reduce(0) { $0 + $1.size }
    // The margin covers structure and small weights.
    if sources.files.contains(where: { $0.name.hasSuffix(".int8.onnx") }) {
      return bytes * 105 / 100 + 8_000_000
    }
    // Shares of float32 weights; models that are stored in fewer bits are small.
    return switch weights {
    case .int8: bytes * 32 / 100 + 8_000_000
    case .f16: bytes * 55 / 100 + 8_000_000
    }
  }

  /// Removes forms of the model prepared by another version of the preparation or of OpenVINO. They can be made again
  /// from the originals.
  private func removeOutdated(
    _ weights: WeightFormat, _ sources: SourceHashes, _ report: (PreparationEvent) -> Void
  ) {
    for place in PreparedModel.Place.all(in: directory)
    where place.manifest.source == sources.sha256 && place.manifest.weights == weights
      && !(place.isOfThisVersion && place.manifest.openVINO == Runtime.version)
    {
      // One that cannot be removed takes space, and does no harm.
      guard (try? place.remove()) != nil else { continue }
      report(.removedOutdated(path: place.path))
    }
  }

  // MARK: Leftovers

  private func lock(
    for model: ModelDirectory, _ report: (PreparationEvent) -> Void
  ) throws(FileError) -> FileLock {
    if let lock = try FileLock(in: directory) { return lock }
    report(.waiting(model: model.name))
    return try FileLock(waitingIn: directory)
  }

  /// Removes what interrupted preparations left, unless another process is preparing.
  private func removeLeftoversUnlessBusy() {
    guard TemporaryPath.isUsed(in: directory), let lock = try? FileLock(in: directory) else { return }
    TemporaryPath.removeAll(in: directory, holding: lock)
  }
}

extension BinaryInteger {
  fileprivate var megabytes: Self { (self + 999_999) / 1_000_000 }
}
