public import FoundationEssentials

/// The ways in which a model's files can be spread over symbolic links.
public enum LinkLayout: CaseIterable, Sendable {
  case files, absoluteFiles, chain, cache, directory, inTheMiddle, onlyGraphs, onlyWeights, otherNames,
    besideTarget

  /// Creates a model directory below `root` from the files of `original`.
  ///
  /// - Returns: The directory.
  public func make(of original: URL, in root: URL) throws -> URL {
    let manager = FileManager.default
    let (there, here) = (root.appending(path: "there/deep"), root.appending(path: "here"))
    try manager.createDirectory(at: there, withIntermediateDirectories: true)
    func link(_ path: URL, to target: String) throws {
      try manager.createSymbolicLink(atPath: path.path, withDestinationPath: target)
    }
    let names = try manager.contentsOfDirectory(atPath: original.path)
    func isLinked(_ name: String) -> Bool {
      switch self {
      case .onlyGraphs: name.hasSuffix(".onnx")
      case .onlyWeights: name.hasSuffix(".data")
      default: true
      }
    }
    if self == .directory || self == .inTheMiddle {
      try manager.copyItem(atPath: original.path, toPath: there.appending(path: "model").path)
      try link(here, to: self == .directory ? "there/deep/model" : "there/deep")
      return self == .directory ? here : here.appending(path: "model")
    }
    try manager.createDirectory(at: here, withIntermediateDirectories: true)
    for (index, name) in names.enumerated() {
      let isWeights = name.hasSuffix(".data")
      let stored = self == .otherNames || self == .cache ? "blob-\(index)" : name
      let (source, place) = (original.appending(path: name), here.appending(path: name))
      guard isLinked(name) else {
        try manager.copyItem(atPath: source.path, toPath: place.path)
        continue
      }
      try manager.copyItem(atPath: source.path, toPath: there.appending(path: stored).path)
      switch self {
      case .absoluteFiles: try link(place, to: there.appending(path: stored).path)
      case .chain:
        try link(root.appending(path: "\(name).1"), to: "there/deep/\(stored)")
        try link(root.appending(path: "\(name).2"), to: root.appending(path: "\(name).1").path)
        try link(place, to: "../\(name).2")
      case .besideTarget where isWeights: break
      default: try link(place, to: "../there/deep/\(stored)")
      }
    }
    return here
  }
}
