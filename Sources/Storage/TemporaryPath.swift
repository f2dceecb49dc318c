internal import Glibc
internal import SystemPaths

/// Paths of files and directories that a process is making: `.making-PROCESS-RANDOM`, beside their final place.
///
/// A process that is interrupted leaves them behind, and they are of no use to anyone.
public enum TemporaryPath {
  private static let prefix = ".making-"

  /// Returns a new path in a directory for something that this process makes.
  public static func make(in directory: String) -> String {
    "\(directory)/\(prefix)\(getpid())-\(UInt32.random(in: 0...(.max)))"
  }

  /// True if a path, or one above it, is temporary in a directory.
  public static func contains(_ path: String, in directory: String) -> Bool {
    path.hasPrefix("\(directory)/\(prefix)")
  }

  /// The names in a directory that processes have left that no longer run.
  public static func abandoned(in directory: String) -> [String] {
    all(in: directory).filter { !isBeingMade($0) }
  }

  /// Removes what processes have left in a directory that no longer run.
  public static func removeAbandoned(in directory: String) {
    for name in abandoned(in: directory) { try? Files.remove("\(directory)/\(name)") }
  }

  /// True if there is anything temporary in a directory, abandoned or not.
  public static func isUsed(in directory: String) -> Bool { !all(in: directory).isEmpty }

  /// Removes everything temporary in a directory whose lock is taken before something is made there: its holder knows
  /// that no other process is making anything.
  public static func removeAll(in directory: String, holding lock: borrowing FileLock) {
    for name in all(in: directory) { try? Files.remove("\(directory)/\(name)") }
  }

  private static func all(in directory: String) -> [String] {
    ((try? Files.names(in: directory)) ?? []).filter { $0.hasPrefix(prefix) }
  }

  /// True if the process in a temporary name still runs.
  private static func isBeingMade(_ name: String) -> Bool {
    guard let process = name.split(separator: "-").dropFirst().first.flatMap({ pid_t($0) }), process > 0
    else { return false }
    return kill(process, 0) == 0 || errno == EPERM
  }
}
