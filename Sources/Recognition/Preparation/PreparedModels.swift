internal import Acceleration
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
  ) throws(RecognitionError) -> PreparedModel {
    do {
      let sources = try ModelSources(of: model, memory: "\(directory)/.hashes")
      let place =
        directory + "/"
        + PreparedModel.directoryName(
          model: model.name, source: sources.sha256, weights: weights, openVINO: Runtime.version)
      if !readingAll, let found = PreparedModel(at: place) {
        removeLeftoversUnlessBusy()
        return found
      }
      try Disk.makeDirectory(directory)
      let lock = try lock(for: model, report)
      removeLeftovers(holding: lock)
      if let found = PreparedModel(at: place, readingAll: readingAll) { return found }
      return try make(model, weights, sources, at: place, holding: lock, report)
    } catch let error as FileFailure {
      let why = error.path == directory ? error.why : error.description
      throw .preparation(model: model.name, directory: directory, why: why)
    } catch {
      throw RecognitionError(error)
    }
  }

  // MARK: Making

  private func make(
    _ model: ModelDirectory, _ weights: WeightFormat, _ sources: ModelSources, at place: String,
    holding lock: borrowing FileLock, _ report: (PreparationEvent) -> Void
  ) throws -> PreparedModel {
    let needed = Self.bytesNeeded(for: sources, weights)
    if let free = freeBytes(directory), free < needed {
      throw FileFailure(
        path: directory, why: "\(needed.megabytes) MB are needed, \(free.megabytes) MB are free")
    }
    report(.began(model: model.name, weights: weights, directory: directory))
    let clock = ContinuousClock()
    let start = clock.now
    let temporary = "\(directory)/\(Self.leftoverPrefix)\(getpid())-\(UInt32.random(in: 0...(.max)))"
    do {
      try Disk.makeDirectory(temporary)
      try write(model, weights, sources, to: temporary)
      try Disk.synchronize(contentsOf: temporary)
      // What is there already was looked at: it is damaged.
      try Disk.moveAway(place, to: "\(temporary)-damaged")
      try Disk.move(temporary, to: place)
      try Disk.synchronize(directory)
    } catch {
      // OpenVINO does not say why it could not write: what has gone in the meantime tells.
      removeLeftovers(holding: lock)
      guard let free = freeBytes(directory), free < needed else { throw error }
      throw FileFailure(path: directory, why: "the disk is full; \(needed.megabytes) MB are needed")
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
    _ model: ModelDirectory, _ weights: WeightFormat, _ sources: ModelSources, to directory: String
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
  static func bytesNeeded(for sources: ModelSources, _ weights: WeightFormat) -> Int64 {
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
    _ weights: WeightFormat, _ sources: ModelSources, _ report: (PreparationEvent) -> Void
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

  private static let leftoverPrefix = ".making-"

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
    return names.filter { $0.hasPrefix(Self.leftoverPrefix) }
  }
}

/// What a person who waits should know.
public enum PreparationEvent: Sendable, Equatable, CustomStringConvertible {
  /// Another process prepares a model in the same directory.
  case waiting(model: String)
  case began(model: String, weights: WeightFormat, directory: String)
  case finished(model: String, path: String, seconds: Double)
  /// One that another version of the preparation or of OpenVINO had made is gone.
  case removedOutdated(path: String)

  public var description: String {
    switch self {
    case .waiting(let model):
      "waiting for another process that prepares a model; then \(model) is prepared"
    case .began(let model, let weights, let directory):
      "preparing \(model) once, with \(weights.rawValue) weights, in \(directory); this takes about a minute"
    case .finished(let model, let path, let seconds):
      "prepared \(model) in \((seconds * 10).rounded() / 10) s: \(path)"
    case .removedOutdated(let path):
      "removed \(path), which another version had prepared"
    }
  }
}

extension Int64 {
  fileprivate var megabytes: Int64 { (self + 999_999) / 1_000_000 }
}
