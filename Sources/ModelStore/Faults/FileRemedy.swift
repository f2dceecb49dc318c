internal import Storage
internal import SystemPaths

/// What helps where a file of a model cannot be used: that depends on how the files have come to their directory.
enum FileRemedy {
  /// - Returns: `nil` if the fault says all there is to say.
  static func text(for fault: FileFault, in directory: String) -> String? {
    if let record = DownloadRecord(in: directory) { return store(record.model, fault) }
    if let manifest = PreparedModel.Place(at: directory)?.manifest {
      return "delete the directory, and start with the model that it was made of: \(manifest.model)"
    }
    if case .pointer = fault { return lfs(directory) }
    if fault == .missing, let snapshot = snapshot(directory) {
      return "name its files' directory: \(snapshot)"
    }
    if let repository = hubRepository(directory) { return "`hf download \(repository)` fetches it again" }
    switch fault {
    case .missing, .leadsNowhere, .empty, .webPage, .wrongSize, .cutOff, .damaged, .foreign:
      if Files.isThere("\(directory)/.git") { return lfs(directory) }
      return fault == .missing ? nil : "fetch it again"
    case .pointer, .unreadable, .weightsOutside, .changed: return nil
    }
  }

  private static func store(_ model: String, _ fault: FileFault) -> String? {
    switch fault {
    case .unreadable, .weightsOutside: nil
    case .missing, .leadsNowhere, .empty, .wrongSize, .pointer, .webPage, .cutOff, .damaged, .foreign,
      .changed:
      // What has the recorded size is found by reading it.
      "`lorikeet models verify \(model)` and then `lorikeet models pull \(model)` fetches it again"
    }
  }

  private static func lfs(_ directory: String) -> String { "`git lfs pull` in \(directory) fetches it" }

  /// Where the files of a repository's folder in the hub's own cache are.
  private static func snapshot(_ directory: String) -> String? {
    (try? Files.names(in: "\(directory)/snapshots"))?.last.map { "\(directory)/snapshots/\($0)" }
  }

  /// The repository whose folder of the hub's own cache this is: `…/models--OWNER--NAME/snapshots/COMMIT`.
  private static func hubRepository(_ directory: String) -> String? {
    let names = directory.split(separator: "/")
    guard let folder = names.last(where: { $0.hasPrefix("models--") }) else { return nil }
    return String(folder.dropFirst("models--".count)).replacing("--", with: "/")
  }
}
