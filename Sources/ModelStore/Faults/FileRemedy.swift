internal import Storage
internal import SystemPaths

/// The way to repair a model's file, depending on how the files came into their directory.
enum FileRemedy {
  /// Returns the repair to suggest; `nil` if the fault says everything.
  static func text(for fault: FileFault, in directory: String) -> String? {
    if let record = DownloadRecord(in: directory) { return store(record.model, fault) }
    if let manifest = PreparedModel.Place(at: directory)?.manifest {
      return "delete the directory and start with the model that it was made from: \(manifest.model)"
    }
    if case .pointer = fault { return lfs(directory) }
    if fault == .missing, let snapshot = snapshot(directory) {
      return "use the directory of its files: \(snapshot)"
    }
    if let repository = hubRepository(directory) { return "`hf download \(repository)` downloads it again" }
    switch fault {
    case .missing, .leadsNowhere, .empty, .webPage, .wrongSize, .cutOff, .damaged, .foreign:
      if Files.isThere("\(directory)/.git") { return lfs(directory) }
      return fault == .missing ? nil : "download it again"
    case .pointer, .unreadable, .weightsOutside, .changed: return nil
    }
  }

  private static func store(_ model: String, _ fault: FileFault) -> String? {
    switch fault {
    case .unreadable, .weightsOutside: nil
    case .missing, .leadsNowhere, .empty, .wrongSize, .pointer, .webPage, .cutOff, .damaged, .foreign,
      .changed:
      // Reading finds a damaged file that has the recorded size.
      "`lorikeet models verify \(model)` and then `lorikeet models pull \(model)` downloads it again"
    }
  }

  private static func lfs(_ directory: String) -> String { "`git lfs pull` in \(directory) downloads it" }

  /// The folder with the files of a repository in the hub's own cache.
  private static func snapshot(_ directory: String) -> String? {
    (try? Files.names(in: "\(directory)/snapshots"))?.last.map { "\(directory)/snapshots/\($0)" }
  }

  /// The repository of a folder in the hub's own cache: `…/models--OWNER--NAME/snapshots/COMMIT`.
  private static func hubRepository(_ directory: String) -> String? {
    let names = directory.split(separator: "/")
    guard let folder = names.last(where: { $0.hasPrefix("models--") }) else { return nil }
    return String(folder.dropFirst("models--".count)).replacing("--", with: "/")
  }
}
