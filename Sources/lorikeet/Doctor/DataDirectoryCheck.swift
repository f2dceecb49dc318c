internal import Diagnosis
internal import Glibc
internal import Inference
internal import ModelDownload
internal import ModelStore
internal import Parakeet
internal import Recognition
internal import Storage
internal import SystemPaths

/// Checks the data directory and its content.
struct DataDirectoryCheck {
  let directory: String
  /// The free space in bytes; `nil` if the system does not say.
  let freeBytes: Int?
  let stored: [StoredModel]
  let prepared: [PreparedModel]
  let compiled: [CompiledNetwork]
  private let folders: [CacheFolder]
  private let state: State

  private enum State {
    case writable
    /// The directory does not exist yet, but can be created.
    case absent
    /// The directory cannot be used, with the path that prevents it and the reason.
    case refused(String, why: String)
  }

  /// The space for the first start of a full-size model, in bytes: 2.5 GB downloaded, 0.7 GB prepared.
  private static let roomForModel = 3_200_000_000
  /// The free space in bytes below which the disk counts as full.
  private static let fullBelow = 1_000_000

  /// Inspects the directory.
  ///
  /// - Parameter freeBytes: The free space in bytes to assume instead of the system's.
  init(directory: String, library: ModelLibrary, prepared: String, freeBytes: Int? = nil) {
    self.directory = directory
    state = Self.state(of: directory)
    stored = library.list()
    self.prepared = PreparedModel.all(in: prepared)
    let compiledDirectory = ModelRequest.compiledDirectory(in: directory)
    compiled = CompiledNetwork.all(in: compiledDirectory)
    folders = [
      CacheFolder("prepared", path: prepared, known: self.prepared.map(\.path)),
      CacheFolder("compiled", path: compiledDirectory, known: compiled.map(\.path)),
    ]
    self.freeBytes = freeBytes ?? Files.freeBytes(in: Self.nearest(to: directory))
  }

  private static func state(of directory: String) -> State {
    if let (link, target) = Files.deadLink(in: directory) {
      return .refused(link, why: "\(Refusal.deadLink) \(target), which does not exist")
    }
    let nearest = nearest(to: directory)
    guard Files.isDirectory(nearest) else { return .refused(nearest, why: "it is not a directory") }
    guard Files.access(nearest, W_OK | X_OK) == 0 else {
      return .refused(nearest, why: Refusal.why(of: nearest))
    }
    return nearest == directory ? .writable : .absent
  }

  /// The directory itself, or its nearest ancestor that exists.
  private static func nearest(to directory: String) -> String {
    var names = directory.split(separator: "/")
    var path = directory
    while !Files.isThere(path), !names.isEmpty {
      names.removeLast()
      path = (directory.hasPrefix("/") ? "/" : "./") + names.joined(separator: "/")
    }
    return path
  }

  // MARK: Findings

  var findings: [Finding] {
    let kept = folders.flatMap { $0.findings(isDirectoryWritable: isWritable) }
    return [place] + stored.map(finding) + prepared.map(finding) + compiled.map(finding) + kept
  }

  private var isWritable: Bool {
    if case .writable = state { true } else { false }
  }

  private var place: Finding {
    let free = freeBytes.map { ", \(ByteCount($0)) free" } ?? ""
    switch state {
    case .refused(let path, let why):
      return Finding(
        .data, "directory", .error, "cannot write to \(directory): \(path): \(why)",
        remedy: Refusal(path, why).remedy)
    case .writable, .absent:
      let text = "\(directory)\(free)"
      let makeRoom = "make room (df -h \(directory.shellWord)), or choose another directory with --data-dir"
      if let freeBytes, freeBytes < Self.fullBelow {
        return Finding(
          .data, "directory", .error,
          "cannot write to \(directory): the disk is full, \(ByteCount(freeBytes)) free; \(need.text)",
          remedy: makeRoom)
      }
      if let freeBytes, freeBytes < need.bytes {
        return Finding(.data, "directory", .warning, "\(text): \(need.text)", remedy: makeRoom)
      }
      guard case .absent = state else { return Finding(.data, "directory", .ok, text) }
      return Finding(.data, "directory", .ok, "\(text); it is created when needed")
    }
  }

  /// The space that the next start can need.
  private var need: (bytes: Int, text: String) {
    guard prepared.isEmpty else {
      let bytes = prepared.map { Int($0.size) }.max() ?? 0
      return (bytes, "preparing a model again, after an update, needs \(ByteCount(bytes))")
    }
    let stored = stored.filter { !$0.complete.isEmpty }
    guard !stored.isEmpty else {
      let bytes = Self.roomForModel
      return (bytes, "a full-size model needs \(ByteCount(bytes)) at its first start")
    }
    // Eight bits of 32, with their scales and the other networks.
    let bytes = (stored.map(\.size).max() ?? 0) * 32 / 100
    return (bytes, "preparing a model needs \(ByteCount(bytes))")
  }

  private func finding(_ model: StoredModel) -> Finding {
    let exports = model.precisions
    guard exports.isEmpty else {
      return Finding(
        .data, "model", .ok,
        "\(model.model.name) (\(exports.joined(separator: ", "))), \(ByteCount(model.size))")
    }
    return Finding(
      .data, "model", .warning, "\(model.model.name) is incomplete",
      remedy: "lorikeet models pull \(model.model.name)")
  }

  private func finding(_ model: PreparedModel) -> Finding {
    let text = "\(model.manifest.model) (\(model.manifest.weights.rawValue)), \(ByteCount(Int(model.size)))"
    guard model.manifest.openVINO == Runtime.version else {
      return Finding(
        .data, "prepared", .note,
        "\(text), for OpenVINO \(model.manifest.openVINO): it is used only if named by its path",
        remedy: "rm -r \(model.path.shellWord)")
    }
    return Finding(.data, "prepared", .ok, text)
  }

  private func finding(_ network: CompiledNetwork) -> Finding {
    let text = "\(network.model), \(network.network), for \(network.device), \(ByteCount(Int(network.bytes)))"
    guard network.isUsable else {
      return Finding(
        .data, "compiled", .note, "\(text): from another OpenVINO version, or damaged; it is compiled again",
        remedy: "rm -r \(network.path.shellWord)")
    }
    return Finding(.data, "compiled", .ok, text)
  }
}
