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
  /// The file is downloaded again from where it came.
  case download

  /// Advice in a few words; `nil` for ``pull(model:)``, as the store does not know the commands for that.
  var advice: String? {
    switch self {
    case .pull: nil
    case .prepare(let model): "delete the directory and start with the model that it was made from: \(model)"
    case .gitLFS(let directory): "`git lfs pull` in \(directory) downloads it"
    case .hub(let repository): "`hf download \(repository)` downloads it again"
    case .download: "download it again"
    }
  }

  /// Finds the repair for a fault in a model's directory; `nil` if the fault says everything.
  init?(of fault: FileFault, in directory: String) {
    // The record is at the top, of which the directory can be a folder.
    if let record = DownloadRecord(in: directory) ?? DownloadRecord(in: Files.parent(of: directory)) {
      guard fault.isMended else { return nil }
      self = .pull(model: record.model)
    } else if let manifest = PreparedModel.Place(at: directory)?.manifest {
      self = .prepare(from: manifest.model)
    } else if case .pointer = fault {
      self = .gitLFS(directory: directory)
    } else if let repository = HubCache.repository(of: directory) {
      self = .hub(repository: repository)
    } else if fault.isMended, fault != .changed {
      let isClone = Files.isThere("\(directory)/.git")
      guard isClone || fault != .missing else { return nil }
      self = isClone ? .gitLFS(directory: directory) : .download
    } else {
      return nil
    }
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
