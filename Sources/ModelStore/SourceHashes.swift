public import Storage
public import SystemPaths

/// The hashes of all files of an exported model, which tell it from other models.
///
/// The files are read once: the hashes are kept, with the path, and hold while every file keeps its size and the time
/// of its last change.
public struct SourceHashes: Codable, Sendable, Equatable {
  /// The model's directory.
  public let path: String
  public let files: [FileRecord]

  /// The hash of the names and contents of all files; their place does not matter.
  public var sha256: String { Self.sha256(of: files.map { ($0.name, $0.size, $0.sha256) }) }

  /// - Parameter files: In the order in which they are hashed.
  static func sha256(of files: [(name: String, size: Int64, sha256: String)]) -> String {
    FileHash.sha256(of: files.map { "\($0.name) \($0.size) \($0.sha256)\n" }.joined())
  }

  /// - Parameters:
  ///   - memory: The directory where hashes are kept; `nil` to read the files in any case.
  ///   - notKept: Called if new hashes cannot be kept there. The next start computes them again.
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
      do throws(FileError) {
        files.append(try FileRecord(hashing: name, in: model.path, at: place))
      } catch {
        throw ModelError(model.path, name, .unreadable(error.message))
      }
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

  /// The files to hash and their paths: those that the text of a transcript depends on.
  private static func files(
    of model: ModelDirectory
  ) throws(ModelError) -> [(name: String, place: String)] {
    guard case .exported(let encoder, let decoder) = model.graphs else { return [] }
    var files = ["config.json", "vocab.txt"].map { ($0, "\(model.path)/\($0)") }
    for name in [encoder, decoder] {
      let graph = try ExportedGraph(name, in: model.path)
      files += [(name, graph.path)] + graph.weights.map { ($0.name, $0.path) }
    }
    return files
  }

  private func covers(_ model: ModelDirectory) -> Bool {
    guard case .exported(let encoder, let decoder) = model.graphs else { return false }
    return Set(files.map(\.name)).isSuperset(of: [encoder, decoder])
      && files.allSatisfy { $0.looksUnchanged(in: path, at: model.place(of: $0.name)) }
  }
}
