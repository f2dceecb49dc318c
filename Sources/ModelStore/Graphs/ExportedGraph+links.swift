internal import SystemPaths

// Weights are where their graph says: beside it. What is there may be a link, and so may the graph be.
extension ExportedGraph {
  /// Whether a name stays in the directory that it is relative to.
  static func isInside(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
  }

  /// Where weights are: beside the graph, or else beside one of the files that the graph is a link to.
  static func place(of name: String, beside graph: String) -> String {
    let places = folders(of: graph).map { "\($0)/\(name)" }
    // Where a link leads nowhere, that is worth telling.
    return places.first(where: Files.isThere) ?? places.first { Files.link(at: $0) != nil }
      ?? "\(Files.parent(of: graph))/\(name)"
  }

  /// The graph's directory, and those of the files that it is a link to, one after the other.
  private static func folders(of graph: String) -> [String] {
    // As many links as the system would follow.
    var folders: [String] = []
    var path = graph
    for _ in 0...40 {
      folders.append(Files.parent(of: path))
      guard let target = Files.link(at: path) else { break }
      path = target.hasPrefix("/") ? target : "\(Files.parent(of: path))/\(target)"
    }
    return folders
  }

  static func isElsewhere(_ weights: String, _ name: String, _ graph: String) -> Bool {
    let folder = Files.parent(of: graph)
    guard weights == "\(folder)/\(name)", let real = Files.realPath(weights),
      let home = Files.realPath(folder)
    else { return true }
    return !real.hasPrefix(home == "/" ? home : "\(home)/")
  }
}
