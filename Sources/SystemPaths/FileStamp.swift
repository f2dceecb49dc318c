internal import Glibc

/// The state of a file, which differs after each change of its content: editors replace files.
public struct FileStamp: Equatable, Sendable {
  private var device: dev_t
  private var file: ino_t
  private var size: off_t
  private var seconds, nanoseconds: Int

  /// Takes the state of a file.
  ///
  /// - Returns: `nil` if there is no file.
  public init?(of path: String) {
    guard let status = Files.status(of: path) else { return nil }
    (device, file, size) = (status.st_dev, status.st_ino, status.st_size)
    (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}
