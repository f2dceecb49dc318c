internal import SystemPaths

/// The place of an exported model that the user named by a directory.
///
/// The directory can be
/// - that of the files, with the graphs at its top or in folders by precision;
/// - one of these folders: if it has neither `config.json` nor `vocab.txt`, and is named after a precision or a head,
///   they are taken from its parent; nothing else is ever read above the directory;
/// - a repository's folder in the hub's cache, whose `refs/main` or only snapshot is taken;
/// - a folder with exactly one model below it, as other programs keep them.
struct ModelPlace {
  /// The directory below which the files are.
  var top: String
  /// The files; the fault if there is no pair of graphs.
  var layout: Result<ExportLayout, LayoutFault>
  /// The name for a model here.
  var name: String
  /// True if the user named the folder of the graphs, below that of the model.
  var isFolderNamed = false

  /// The directories that are searched for a model, at most, and their depth.
  private static let searchLimit = 200
  private static let searchDepth = 3
  /// The folders of a directory that can have graphs, at most.
  private static let folderLimit = 64

  init(_ path: String) throws(ModelError) {
    self = try Self.place(path)
  }

  private init(top: String, folder: String? = nil, name: String) {
    self.top = top
    self.name = name
    isFolderNamed = folder != nil
    layout = Result { () throws(LayoutFault) in
      try ExportLayout.choice(of: .fp32, in: folder, among: Self.names(in: top)) { configuration in
        ModelConfiguration.head(at: "\(top)/\(configuration)")
      }
    }
  }

  /// Creates the place of files that are known.
  init(top: String, layout: ExportLayout, name: String, isFolderNamed: Bool) {
    self.top = top
    self.layout = .success(layout)
    self.name = name
    self.isFolderNamed = isFolderNamed
  }

  /// The directory of `config.json` and `vocab.txt`.
  var home: String {
    guard case .success(let layout) = layout, !layout.home.isEmpty else { return top }
    return "\(top)/\(layout.home)"
  }

  private static func place(_ path: String) throws(ModelError) -> ModelPlace {
    let name = String(path.split(separator: "/").last ?? "model")
    if let cache = HubCache(at: path) {
      return ModelPlace(top: try cache.snapshot(), name: HubCache.repository(of: path) ?? name)
    }
    if ExportLayout.isPrecision(name) || ModelConfiguration.Head(rawValue: name) != nil,
      let parent = parent(of: path)
    {
      let above = Files.realPath(parent)?.split(separator: "/").last ?? "model"
      let isBelowTexts = !hasTexts(path) && hasTexts(parent)
      return ModelPlace(
        top: isBelowTexts ? parent : path, folder: isBelowTexts ? name : nil, name: "\(above)-\(name)")
    }
    let place = ModelPlace(top: path, name: name)
    if case .failure(.noGraphs) = place.layout, !hasTexts(path) {
      let below = models(below: path)
      if below.count > 1 {
        throw ModelError(
          model: path, reason: .severalModels(below.map { String($0.dropFirst(path.count + 1)) }))
      }
      if let only = below.first { return try Self.place(only) }
    }
    return place
  }

  /// The directory above; `nil` for the root.
  private static func parent(of path: String) -> String? {
    let parent = Files.parent(of: path)
    return parent.isEmpty ? (path.hasPrefix("/") ? nil : ".") : parent
  }

  private static func hasTexts(_ path: String) -> Bool {
    ModelDirectory.texts.contains { Files.isThere("\(path)/\($0)") }
  }

  // MARK: Listing

  /// The paths of the files of exports in a directory and in its folders.
  private static func names(in path: String) -> Set<String> {
    let entries = (try? Files.names(in: path)) ?? []
    var names = Set(entries.filter { isPart($0) && Files.isThere("\(path)/\($0)") })
    let folders = entries.lazy.filter { !$0.hasPrefix(".") && Files.isDirectory("\(path)/\($0)") }
    for folder in folders.prefix(folderLimit) {
      for name in (try? Files.names(in: "\(path)/\(folder)")) ?? []
      where isPart(name) && Files.isThere("\(path)/\(folder)/\(name)") {
        names.insert("\(folder)/\(name)")
      }
    }
    return names
  }

  private static func isPart(_ name: String) -> Bool {
    ModelDirectory.texts.contains(name) || GraphName(path: name) != nil
  }

  /// The directories of complete models below a directory, without looking inside of a model; none if there are too
  /// many directories to search.
  private static func models(below path: String) -> [String] {
    var found: [String] = []
    var level = [path]
    var count = 0
    for _ in 0..<searchDepth {
      var next: [String] = []
      for directory in level {
        for name in (try? Files.names(in: directory)) ?? [] where !name.hasPrefix(".") {
          let place = "\(directory)/\(name)"
          guard Files.isDirectory(place) else { continue }
          count += 1
          // A second model could be among those that are left.
          guard count <= searchLimit else { return [] }
          if isModel(place) { found.append(place) } else { next.append(place) }
        }
      }
      level = next
    }
    return found
  }

  private static func isModel(_ path: String) -> Bool {
    if let cache = HubCache(at: path) {
      // Of several snapshots the user has to name one.
      guard let snapshot = try? cache.snapshot() else { return false }
      return isModel(snapshot)
    }
    let place = ModelPlace(top: path, name: "")
    guard case .success = place.layout else { return false }
    return ModelDirectory.texts.allSatisfy { Files.isThere("\(place.home)/\($0)") }
  }
}
