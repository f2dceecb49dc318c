internal import Storage
public import SystemPaths

extension ModelDirectory {
  /// The size of the graphs and their weights in bytes, without reading weights.
  public var graphBytes: Int64 {
    func size(_ name: String) -> Int64 { Int64(Files.size(of: "\(path)/\(name)") ?? 0) }
    return switch graphs {
    case .exported:
      exportedGraphs.reduce(0) { sum, name in
        // A graph that cannot be used counts with its own size.
        sum + ((try? ExportedGraph(name, in: path)).map { Int64($0.bytes) } ?? size(name))
      }
    case .prepared: PreparedModel.Network.allCases.flatMap(\.files).reduce(0) { $0 + size($1) }
    }
  }

  /// The paths of the export's graphs below the directory, the encoder's first; empty for a prepared model.
  var exportedGraphs: [String] {
    guard case .exported(let encoder, let decoder) = graphs else { return [] }
    return [encoder] + (decoder.map { [$0] } ?? [])
  }

  /// The directory of the graphs.
  var graphFolder: String {
    exportedGraphs.first.map { Files.parent(of: "\(path)/\($0)") } ?? path
  }

  /// The path of a file of the export, which is named as in ``SourceHashes``: in the directory, beside the graphs, or
  /// beside the file that a graph links to.
  func place(of name: String) -> String {
    guard !Self.texts.contains(name) else { return "\(path)/\(name)" }
    let places = exportedGraphs.map { ExportedGraph.place(of: name, beside: "\(path)/\($0)") }
    return places.first(where: Files.isThere) ?? places.first ?? "\(path)/\(name)"
  }

  /// Deletes the graphs and weights that the model was prepared from, to save disk space. `config.json` and
  /// `vocab.txt` stay. From then on the model is opened by the prepared directory's path.
  ///
  /// - Returns: The freed space in bytes.
  /// - Throws: ``FileError`` before anything is deleted if the prepared model was not made from these files or is not
  ///   intact, which takes reading everything.
  @discardableResult
  public func dropOriginals(keeping prepared: PreparedModel) throws(FileError) -> Int64 {
    let sources: SourceHashes
    do throws(ModelError) {
      sources = try SourceHashes(of: self, memory: nil)
    } catch {
      throw FileError(path, error.description)
    }
    guard sources.sha256 == prepared.manifest.source else {
      throw FileError(prepared.path, "it was not prepared from \(path)")
    }
    guard PreparedModel(at: prepared.path, readingAll: true) != nil else {
      throw FileError(prepared.path, "it is not intact")
    }
    var bytes: Int64 = 0
    let folder = graphFolder
    for file in sources.files where !Self.texts.contains(file.name) {
      let place = "\(folder)/\(file.name)"
      // A file outside of the directory is not deleted.
      guard Files.status(of: place, followingLinks: false) != nil else { continue }
      try Files.remove(place)
      bytes += file.size
    }
    return bytes
  }
}
