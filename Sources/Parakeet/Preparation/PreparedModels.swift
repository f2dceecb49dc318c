internal import Concurrency
internal import Devices
internal import FoundationEssentials
internal import Glibc
internal import Inference
public import ModelStore
internal import SystemPaths

/// Makes prepared models, keeps them below one directory, and finds them again.
///
/// A prepared model is called by its model and a key of all that it was made of and by. It is made in a temporary
/// directory beside its place and renamed when it is complete and on the disk, so that a half-made one is never
/// found. One process prepares at a time, holding the directory's lock; others wait and then find what it made.
public struct PreparedModels: Sendable {
  public let directory: String
  /// Bytes that the file system below a directory has left.
  var freeBytes: @Sendable (String) -> Int64? = Disk.freeBytes

  public init(directory: String) {
    self.directory = directory
  }

  /// Finds the prepared form of a model, or makes it: a minute for a large one. Blocks.
  ///
  /// - Parameters:
  ///   - model: An exported model.
  ///   - readingAll: Whether the files of a prepared model are read to check them, and not only looked at.
  ///   - report: Is told when there is something to wait for.
  public func prepared(
    _ model: ModelDirectory, weights: WeightFormat, readingAll: Bool = false,
    report: (PreparationEvent) -> Void = { _ in }
  ) throws(ParakeetError) -> PreparedModel {
    switch try kept(model, weights: weights, readingAll: readingAll, report: report) {
    case .success(let prepared): return prepared
    case .failure(let failure): throw error(failure, model)
    }
  }

  /// The same, where it is no error that there is no room, or no right to write: the model can be used without.
  func preparedIfKept(
    _ model: ModelDirectory, weights: WeightFormat, readingAll: Bool = false,
    report: (PreparationEvent) -> Void = { _ in }
  ) throws(ParakeetError) -> PreparedModel? {
    switch try kept(model, weights: weights, readingAll: readingAll, report: report) {
    case .success(let prepared): return prepared
    case .failure(let failure):
      guard !failure.isWrongPlace else { throw error(failure, model) }
      // Names that are made up for a moment tell nobody anything.
      let isPassing = failure.path.hasPrefix("\(directory)/\(Disk.temporaryPrefix)")
      let path = isPassing ? directory : failure.path
      report(.notKept(model: model.name, FileFailure(path: path, why: failure.why, code: failure.code)))
      return nil
    }
  }

  private func error(_ failure: FileFailure, _ model: ModelDirectory) -> ParakeetError {
    let why = failure.path == directory ? failure.why : failure.description
    return .preparation(model: model.name, directory: directory, why: why)
  }

  /// A prepared model, or why the directory does not take it.
  private func kept(
    _ model: ModelDirectory, weights: WeightFormat, readingAll: Bool,
    report: (PreparationEvent) -> Void
  ) throws(ParakeetError) -> Result<PreparedModel, FileFailure> {
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
      try Disk.makeDirectory(directory)
      let lock = try lock(for: model, report)
      removeLeftovers(holding: lock)
      if let found = PreparedModel(at: place, readingAll: readingAll) { return .success(found) }
      return .success(try make(model, weights, sources, at: place, holding: lock, report))
    } catch let failure as FileFailure {
      // What cannot be read helps nobody.
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
    holding lock: borrowing FileLock, _ report: (PreparationEvent) -> Void
  ) throws -> PreparedModel {
    let needed = Self.bytesNeeded(for: sources, weights)
    if let free = freeBytes(directory), free < needed {
      throw FileFailure(
        path: directory, why: "\(needed.megabytes) MB are needed, \(free.megabytes) MB are free",
        code: ENOSPC)
    }
    report(.began(model: model.name, weights: weights, directory: directory))
    let clock = ContinuousClock()
    let start = clock.now
    let temporary = Disk.temporaryPath(in: directory)
    do {
      try Disk.makeDirectory(temporary)
      try write(model, weights, sources, to: temporary)
      try Disk.synchronize(contentsOf: temporary)
      // What is there already was looked at: it is damaged.
      try Disk.moveAway(place, to: "\(temporary)-damaged")
      try Disk.move(temporary, to: place)
      try Disk.synchronize(directory)
    } catch {
      // OpenVINO does not say why it could not write: trying it tells, and so does what has gone in the meantime.
      defer { removeLeftovers(holding: lock) }
      try Disk.checkWriting(in: directory)
      removeLeftovers(holding: lock)
      guard let free = freeBytes(directory), free < needed else { throw error }
      throw FileFailure(
        path: directory, why: "the disk is full; \(needed.megabytes) MB are needed", code: ENOSPC)
    }
    removeLeftovers(holding: lock)
    removeOutdated(weights, sources, report)
    Runtime.releaseUnusedMemory()
    guard let prepared = PreparedModel(at: place) else {
      throw FileFailure(path: place, why: "it was changed while it was prepared")
    }
    report(.finished(model: model.name, path: place, seconds: (clock.now - start).seconds))
    return prepared
  }

  private func write(
    _ model: ModelDirectory, _ weights: WeightFormat, _ sources: SourceHashes, to directory: String
  ) throws {
    for name in ["config.json", "vocab.txt"] { try Disk.copy(name, from: model.path, to: directory) }
    try writeNetworks(of: model, weights, to: directory)
    // Reading finds weights that end too early, should a failure to write have gone unnoticed.
    let runtime = try Runtime()
    for network in PreparedModel.Network.allCases {
      _ = try runtime.readGraph(at: "\(directory)/\(network.rawValue).xml")
    }
    try PreparedModel.seal(
      directory, model: model.name, weights: weights, openVINO: Runtime.version, source: sources.sha256)
  }

  private func writeNetworks(of model: ModelDirectory, _ weights: WeightFormat, to directory: String) throws {
    let runtime = try Runtime()
    var graphs = try SpeechGraphs.exported(model, runtime: runtime)
    if weights == .int8 { try graphs.compress() }
    func save(_ graph: borrowing Graph, _ network: PreparedModel.Network) throws(InferenceError) {
      try graph.save(to: "\(directory)/\(network.rawValue).xml", halfPrecision: weights == .f16)
    }
    try save(graphs.encoder, .encoder)
    try save(graphs.decoder.projection, .projection)
    try save(graphs.decoder.prediction, .prediction)
    try save(graphs.decoder.joint, .joint)
  }

  /// What a prepared model takes on the disk, estimated with a margin.
  static func bytesNeeded(for sources: SourceHashes, _ weights: WeightFormat) -> Int64 {
    let bytes = sources.files.reduce(0) { $0 + $1.size }
    // Structure and small weights are the margin.
    if sources.files.contains(where: { $0.name.hasSuffix(".int8.onnx") }) {
      return bytes * 105 / 100 + 8_000_000
    }
    // Of float32; models that are stored smaller are small.
    return switch weights {
    case .int8: bytes * 32 / 100 + 8_000_000
    case .f16: bytes * 55 / 100 + 8_000_000
    }
  }

  /// Removes what the same was prepared to by another version of the preparation or of OpenVINO. It can be made again:
  /// what it was made of is there.
  private func removeOutdated(
    _ weights: WeightFormat, _ sources: SourceHashes, _ report: (PreparationEvent) -> Void
  ) {
    for place in PreparedModel.places(in: directory)
    where place.manifest.source == sources.sha256 && place.manifest.weights == weights
      && !(place.isOfThisVersion && place.manifest.openVINO == Runtime.version)
    {
      // What cannot be removed takes room, and harms nothing.
      guard (try? place.remove()) != nil else { continue }
      report(.removedOutdated(path: place.path))
    }
  }

  // MARK: Leftovers

  private func lock(
    for model: ModelDirectory, _ report: (PreparationEvent) -> Void
  ) throws(FileFailure) -> FileLock {
    let path = "\(directory)/.lock"
    if let lock = try FileLock(path, waiting: false) { return lock }
    report(.waiting(model: model.name))
    guard let lock = try FileLock(path, waiting: true) else { throw FileFailure(path, EAGAIN) }
    return lock
  }

  /// Removes what interrupted preparations have left: whoever holds the lock knows that nobody makes them any more.
  private func removeLeftovers(holding lock: borrowing FileLock) {
    for name in leftovers() { try? Files.remove("\(directory)/\(name)") }
  }

  private func removeLeftoversUnlessBusy() {
    guard !leftovers().isEmpty, let lock = try? FileLock("\(directory)/.lock", waiting: false) else { return }
    removeLeftovers(holding: lock)
  }

  private func leftovers() -> [String] {
    let names = (try? Files.names(in: directory)) ?? []
    return names.filter { $0.hasPrefix(Disk.temporaryPrefix) }
  }
}

extension Int64 {
  fileprivate var megabytes: Int64 { (self + 999_999) / 1_000_000 }
}
