internal import Storage
internal import SystemPaths

/// The way to repair a model's file, depending on how the files came into their directory.
public enum FileRepair: Sendable, Equatable {
  /// The store, to which the file belongs, verifies this model and downloads its damaged files again.
  case pull(model: String)
  /// The directory is deleted, and made again from this model.
  case prepare(from: String)
  /// Git LFS downloads the file into its clone of a repository.
  case gitLFS(directory: String)
  /// The hub's own program downloads this repository again.
  case hub(repository: String)
  /// The files are in this directory.
  case elsewhere(directory: String)
  /// The file is downloaded again from where it came.
  case download

  /// Advice in a few words; `nil` for ``pull(model:)``, as the store does not know the commands for that.
  var advice: String? {
    switch self {
    case .pull: nil
    case .prepare(let model): "delete the directory and start with the model that it was made from: \(model)"
    case .gitLFS(let directory): "`git lfs pull` in \(directory) downloads it"
    case .hub(let repository): "`hf download \(repository)` downloads it again"
    case .elsewhere(let directory): "use the directory of its files: \(directory)"
    case .download: "download it again"
    }
  }

  /// Finds the repair for a fault in a model's directory; `nil` if the fault says everything.
  init?(of fault: FileFault, in directory: String) {
    if let record = DownloadRecord(in: directory) {
      guard fault.isMended else { return nil }
      self = .pull(model: record.model)
    } else if let manifest = PreparedModel.Place(at: directory)?.manifest {
      self = .prepare(from: manifest.model)
    } else if case .pointer = fault {
      self = .gitLFS(directory: directory)
    } else if fault == .missing, let snapshot = Self.snapshot(directory) {
      self = .elsewhere(directory: snapshot)
    } else if let repository = Self.hubRepository(directory) {
      self = .hub(repository: repository)
    } else if fault.isMended, fault != .changed {
      let isClone = Files.isThere("\(directory)/.git")
      guard isClone || fault != .missing else { return nil }
      self = isClone ? .gitLFS(directory: directory) : .download
    } else {
      return nil
    }
  }

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

extension FileFault {
  /// True if another download can mend it.
  fileprivate var isMended: Bool {
    switch self {
    case .unreadable, .weightsOutside: false
    case .missing, .leadsNowhere, .empty, .wrongSize, .pointer, .webPage, .cutOff, .damaged, .foreign,
      .wrongReference, .changed:
      true
    }
  }
}
