/// An event during a pull, for progress displays and logs.
public enum PullEvent: Sendable {
  /// Another process is pulling the same model.
  case waiting(folder: String)
  /// The model is complete; the network was not used.
  case alreadyThere
  /// The model's name has no commit; from now on it stands for this one.
  case pinned(commit: String)
  /// The download of these files, with a total size in bytes, begins.
  case started(files: [String], bytes: Int)
  /// The bytes on disk, of all that this pull has to download or an earlier one has left.
  case progress(file: String, done: Int, of: Int)
  /// A request failed and is retried after a pause.
  case retrying(file: String, why: String, pause: Duration)
  /// The file's hash is being checked.
  case checking(file: String)
  /// All files are complete, with a total size in bytes.
  case finished(bytes: Int)
}
