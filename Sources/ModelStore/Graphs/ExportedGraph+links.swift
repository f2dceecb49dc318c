internal import SystemPaths

// Weights are beside their graph, under the name that it gives. Both the weights and the graph can be links.
extension ExportedGraph {
  /// Returns true if a relative name stays inside its directory.
  static func isInside(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
  }

  /// The path of weights: beside the graph, otherwise beside one of the files that the graph links to.
  static func place(of name: String, beside graph: String) -> String {
    let places = folders(of: graph).map { "\($0)/\(name)" }
    // A dangling link is worth reporting.
    return places.first(where: Files.isThere) ?? places.first { Files.link(at: $0) != nil }
      ?? "\(Files.parent(of: graph))/\(name)"
  }

  /// The graph's directory, followed by those of the files along its chain of links.
  private static func folders(of graph: String) -> [String] {
    // The system's own limit of links.
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
