public import Storage
public import SystemPaths

/// The hashes of all files of an exported model.
///
/// Hashing is done once: the hashes are cached by the model's path, and stay valid while every file keeps its size and
/// the time of its last change.
public struct SourceHashes: Codable, Sendable, Equatable {
  /// The model's directory.
  public let path: String
  /// The records of the files, in the order in which they are hashed.
  public let files: [FileRecord]

  /// The hash of the names and contents of all files, whatever their location.
  public var sha256: String { Self.sha256(of: files.map { ($0.name, $0.size, $0.sha256) }) }

  /// - Parameter files: The files in the order in which they are hashed.
  static func sha256(of files: [(name: String, size: Int64, sha256: String)]) -> String {
    FileHash.sha256(of: files.map { "\($0.name) \($0.size) \($0.sha256)\n" }.joined())
  }

  /// Hashes a model's files, or takes their hashes from the cache.
  ///
  /// - Parameters:
  ///   - model: The exported model.
  ///   - memory: The directory of the cache; `nil` to read the files in any case.
  ///   - notKept: Called if new hashes could not be cached. They are computed again at the next start.
  /// - Throws: ``ModelError`` if a file cannot be read.
  public init(
    of model: ModelDirectory, memory directory: String?, notKept: (FileError) -> Void = { _ in }
  ) throws(ModelError) {
    let memory = directory.map {
      "\($0)/\(FileHash.sha256(of: model.path).prefix(16)).json"
    }
    if let memory, let known = Files.decode(Self.self, from: memory), known.path == model.path,
      known.covers(model)
    {
      self = known
      return
    }
    path = model.path
    var files: [FileRecord] = []
    for (name, place) in try Self.files(of: model) {
      files.append(
        try ModelError.reading(name, in: model.path) { () throws(FileError) in
          try FileRecord(hashing: name, in: model.path, at: place)
        })
    }
    self.files = files
    guard let memory, let directory else { return }
    do throws(FileError) {
      try Files.makeDirectories(directory)
      try Files.replace(memory, withJSON: self)
    } catch {
      notKept(FileError(directory, error.message, code: error.code))
    }
  }

  /// The files to hash, with their paths: those that determine the text of a transcript.
  private static func files(
    of model: ModelDirectory
  ) throws(ModelError) -> [(name: String, place: String)] {
    guard case .exported = model.graphs else { return [] }
    var files = ModelDirectory.texts.map { ($0, "\(model.path)/\($0)") }
    for name in model.exportedGraphs {
      let graph = try ExportedGraph(name, in: model.path)
      files += [(Self.name(of: name), graph.path)] + graph.weights.map { ($0.name, $0.path) }
    }
    return files
  }

  /// The name of a graph without its folder: the same content has the same hash, wherever its files are.
  private static func name(of graph: String) -> String { String(graph.split(separator: "/").last ?? "") }

  private func covers(_ model: ModelDirectory) -> Bool {
    guard case .exported = model.graphs else { return false }
    return Set(files.map(\.name)).isSuperset(of: model.exportedGraphs.map(Self.name))
      && files.allSatisfy { $0.looksUnchanged(in: path, at: model.place(of: $0.name)) }
  }
}
