internal import SystemPaths

extension ModelDirectory {
  /// Bytes of the graphs and of the weights beside them, as the directory's list tells: nothing is read.
  public var graphBytes: Int64 {
    let graphs: [String]
    switch self.graphs {
    case .exported(let encoder, let decoder): graphs = [encoder, decoder]
    case .prepared: graphs = PreparedModel.Network.allCases.flatMap(\.files)
    }
    let names = (try? Files.names(in: path)) ?? []
    // External weights are called like their graph, with an ending more.
    return names.filter { name in graphs.contains { name.hasPrefix($0) } }.reduce(0) { sum, name in
      sum + (FileRecord.Signs(of: "\(path)/\(name)")?.size ?? 0)
    }
  }

  /// Deletes the graphs and weights that the model was prepared from, to save disk space. `config.json` and
  /// `vocab.txt` stay; from now on the model is opened by the prepared directory's path.
  ///
  /// - Returns: The bytes that they took.
  /// - Throws: Before anything is deleted, if the prepared model was not made of these files or is not intact; all
  ///   is read to know.
  @discardableResult
  public func dropOriginals(keeping prepared: PreparedModel) throws(FileFailure) -> Int64 {
    let sources = try ModelSources(of: self, memory: nil)
    guard sources.sha256 == prepared.manifest.source else {
      throw FileFailure(path: prepared.path, why: "it was not prepared from \(path)")
    }
    guard PreparedModel(at: prepared.path, readingAll: true) != nil else {
      throw FileFailure(path: prepared.path, why: "it is not intact")
    }
    var bytes: Int64 = 0
    for file in sources.files where !["config.json", "vocab.txt"].contains(file.name) {
      do {
        try Files.remove("\(path)/\(file.name)")
      } catch {
        throw FileFailure(path: "\(path)/\(file.name)", why: "it cannot be deleted")
      }
      bytes += file.size
    }
    return bytes
  }
}
