internal import Glibc
public import SystemPaths

/// The exclusive right to change what a directory holds: its empty file `.lock`, locked by one process at a time.
///
/// The kernel releases the lock when the process ends, however it ends.
public struct FileLock: ~Copyable, Sendable {
  /// The name of the lock's file, which stays when the lock is released.
  public static let fileName = ".lock"

  private let directory: String
  private let file: OpenFile

  /// Locks a directory, which is created if it is missing.
  ///
  /// - Returns: `nil` if another process holds the lock.
  public init?(in directory: String) throws(FileError) {
    guard let file = try Self.locked(in: directory, waiting: false) else { return nil }
    self.directory = directory
    self.file = file
  }

  /// Locks a directory, which is created if it is missing, as soon as no other process holds the lock. Blocks.
  public init(waitingIn directory: String) throws(FileError) {
    guard let file = try Self.locked(in: directory, waiting: true) else {
      throw FileError(directory, code: EWOULDBLOCK)
    }
    self.directory = directory
    self.file = file
  }

  private static func locked(in directory: String, waiting: Bool) throws(FileError) -> OpenFile? {
    // The file can be removed, with its directory, between opening and locking: that lock protects nothing.
    while true {
      try Files.makeDirectories(directory, mode: 0o755)
      let file: OpenFile
      do throws(FileError) {
        file = try OpenFile("\(directory)/\(fileName)", flags: O_RDWR | O_CREAT)
      } catch  where error.code == ENOENT {
        continue
      }
      guard try file.lock(waiting: waiting) else { return nil }
      if file.isInPlace { return file }
    }
  }

  /// Removes the directory if it holds nothing but the lock's file.
  public func removeDirectoryIfEmpty() throws(FileError) {
    guard (try? Files.names(in: directory)) == [Self.fileName] else { return }
    try Files.removeFile("\(directory)/\(Self.fileName)")
    guard Files.rmdir(directory) == 0 || errno == ENOENT || errno == ENOTEMPTY else {
      throw FileError(directory)
    }
  }
}
