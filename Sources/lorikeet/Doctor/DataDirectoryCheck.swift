internal import Diagnosis
internal import Glibc
internal import Inference
internal import ModelDownload
internal import ModelStore
internal import Recognition
internal import Storage
internal import SystemPaths

/// The data directory, and what lies in it.
struct DataDirectoryCheck {
  let directory: String
  /// Bytes that can still be written; `nil` where the system does not tell.
  let freeBytes: Int?
  let stored: [StoredModel]
  let prepared: [PreparedModel]
  let compiled: [CompiledNetwork]
  private let folders: [KeptFolder]
  private let state: State

  private enum State {
    case writable
    /// It can be made.
    case absent
    /// The path that is in the way, and why.
    case refused(String, why: String)
  }

  /// What a first start with a model of full size takes: 2.5 GB are fetched, 0.7 GB prepared.
  private static let roomForModel = 3_200_000_000
  /// With less nothing worth mentioning can be written.
  private static let fullBelow = 1_000_000

  /// - Parameter freeBytes: Bytes that can still be written, in place of what the system says.
  init(directory: String, library: ModelLibrary, prepared: String, freeBytes: Int? = nil) {
    self.directory = directory
    state = Self.state(of: directory)
    stored = library.list()
    self.prepared = PreparedModel.all(in: prepared)
    let compiledDirectory = ModelRequest.compiledDirectory(in: directory)
    compiled = CompiledNetwork.all(in: compiledDirectory)
    folders = [
      KeptFolder("prepared", path: prepared, known: self.prepared.map(\.path)),
      KeptFolder("compiled", path: compiledDirectory, known: compiled.map(\.path)),
    ]
    self.freeBytes = freeBytes ?? Files.freeBytes(in: Self.nearest(to: directory))
  }

  private static func state(of directory: String) -> State {
    if let (link, target) = Files.deadLink(in: directory) {
      return .refused(link, why: "\(Refusal.deadLink) \(target), where nothing is")
    }
    let nearest = nearest(to: directory)
    guard Files.isDirectory(nearest) else { return .refused(nearest, why: "it is not a directory") }
    guard Files.access(nearest, W_OK | X_OK) == 0 else {
      return .refused(nearest, why: Refusal.why(of: nearest))
    }
    return nearest == directory ? .writable : .absent
  }

  /// The directory itself, or the nearest above it that is there.
  private static func nearest(to directory: String) -> String {
    var names = directory.split(separator: "/")
    var path = directory
    while !Files.isThere(path), !names.isEmpty {
      names.removeLast()
      path = (directory.hasPrefix("/") ? "/" : "./") + names.joined(separator: "/")
    }
    return path
  }

  // MARK: Judging

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
        .data, "directory", .error, "nothing can be kept in \(directory): \(path): \(why)",
        remedy: Refusal(path, why).remedy)
    case .writable, .absent:
      let text = "\(directory)\(free)"
      let makeRoom = "make room (df -h \(directory.shellWord)), or name another directory with --data-dir"
      if let freeBytes, freeBytes < Self.fullBelow {
        return Finding(
          .data, "directory", .error,
          "nothing can be kept in \(directory): the disk is full, \(ByteCount(freeBytes)) free; \(need.text)",
          remedy: makeRoom)
      }
      if let freeBytes, freeBytes < need.bytes {
        return Finding(.data, "directory", .warning, "\(text): \(need.text)", remedy: makeRoom)
      }
      guard case .absent = state else { return Finding(.data, "directory", .ok, text) }
      return Finding(.data, "directory", .ok, "\(text); it is made when it is needed")
    }
  }

  /// What the next start may want to write.
  private var need: (bytes: Int, text: String) {
    guard prepared.isEmpty else {
      let bytes = prepared.map { Int($0.size) }.max() ?? 0
      return (bytes, "preparing a model again, after an update, needs \(ByteCount(bytes))")
    }
    let stored = stored.filter { !$0.complete.isEmpty }
    guard !stored.isEmpty else {
      let bytes = Self.roomForModel
      return (bytes, "a model of full size needs \(ByteCount(bytes)) at its first start")
    }
    // Eight bits of 32, and what goes with them.
    let bytes = (stored.map(\.size).max() ?? 0) * 32 / 100
    return (bytes, "preparing a model needs \(ByteCount(bytes))")
  }

  private func finding(_ model: StoredModel) -> Finding {
    let exports = model.complete.map(\.rawValue)
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
        "\(text), for OpenVINO \(model.manifest.openVINO): it is used by its path only",
        remedy: "rm -r \(model.path.shellWord)")
    }
    return Finding(.data, "prepared", .ok, text)
  }

  private func finding(_ network: CompiledNetwork) -> Finding {
    let text = "\(network.model), \(network.network), for \(network.device), \(ByteCount(Int(network.bytes)))"
    guard network.isUsable else {
      return Finding(
        .data, "compiled", .note, "\(text): not of this OpenVINO, or damaged; it is compiled anew",
        remedy: "rm -r \(network.path.shellWord)")
    }
    return Finding(.data, "compiled", .ok, text)
  }
}
