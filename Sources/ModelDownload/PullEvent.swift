/// What happens during a pull, for those who watch.
public enum PullEvent: Sendable {
  /// Another process is pulling the same model.
  case waiting(folder: String)
  /// Everything is there; nothing was asked of the network.
  case alreadyThere
  case started(files: [String], bytes: Int)
  /// Bytes that are there, of all that were missing when the pull started or were left by an earlier one.
  case progress(file: String, done: Int, of: Int)
  /// A request failed and is tried again.
  case retrying(file: String, why: String, pause: Duration)
  /// The file's hash is being compared.
  case checking(file: String)
  case finished(bytes: Int)
}
