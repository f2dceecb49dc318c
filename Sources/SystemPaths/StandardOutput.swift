internal import Glibc
internal import Synchronization

/// Standard output, for results alone: libraries that print there, such as OpenVINO's log, print to standard error.
public enum StandardOutput {
  /// The descriptor to write results to.
  public static var descriptor: Int32 { results.load(ordering: .relaxed) }

  private static let results = Atomic<Int32>(STDOUT_FILENO)

  /// Sends everything else that this process writes to standard output to standard error. Called once, before the first
  /// thread is started and the first library is used.
  public static func reserveForResults() {
    let results = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    guard results >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else { return }
    Self.results.store(results, ordering: .relaxed)
  }
}
