internal import ModelStore

/// A file in a model's repository on the hub.
struct RemoteFile: Sendable {
  let model: HubRepository
  /// The file's name.
  let name: String

  /// Returns an error about the file.
  func failure(_ reason: DownloadError.Reason) -> DownloadError {
    DownloadError(model: model.name, file: name, reason: reason)
  }
}
