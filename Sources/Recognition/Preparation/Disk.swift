internal import FoundationEssentials
internal import Glibc
internal import ModelStore

/// The file system's calls that preparation needs, with one kind of error.
enum Disk {
  static func makeDirectory(_ path: String) throws(FileFailure) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileFailure(path: path, why: reason(error))
    }
  }

  static func copy(_ name: String, from source: String, to target: String) throws(FileFailure) {
    do {
      try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(target)/\(name)")
    } catch {
      throw FileFailure(path: "\(target)/\(name)", why: reason(error))
    }
  }

  /// Renames, at once or not at all.
  static func move(_ source: String, to target: String) throws(FileFailure) {
    guard rename(source, target) == 0 else { throw FileFailure(target, errno) }
  }

  /// Renames what may be there.
  static func moveAway(_ source: String, to target: String) throws(FileFailure) {
    guard rename(source, target) == 0 || errno == ENOENT else { throw FileFailure(source, errno) }
  }

  /// Waits until a file's or a directory's own content is on the disk.
  static func synchronize(_ path: String) throws(FileFailure) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileFailure(path, errno) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw FileFailure(path, errno) }
  }

  /// Waits until a directory and all files in it are on the disk.
  static func synchronize(contentsOf directory: String) throws(FileFailure) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in names { try synchronize("\(directory)/\(name)") }
    try synchronize(directory)
  }

  /// - Returns: `nil` if the file system does not tell.
  static func freeBytes(_ path: String) -> Int64? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return Int64(status.f_bavail) * Int64(status.f_frsize)
  }

  /// The system's words for why a call of `FileManager` failed.
  static func reason(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    guard let underlying = error.underlying as? POSIXError else { return "it cannot be made (\(error.code))" }
    return String(cString: strerror(underlying.code.rawValue))
  }
}

/// A lock between processes, held while it lives. The file stays; it is empty.
struct FileLock: ~Copyable {
  private let file: Int32

  /// - Returns: `nil` if another process holds the lock and it is not to be waited for.
  init?(_ path: String, waiting: Bool) throws(FileFailure) {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw FileFailure(path, errno) }
    while flock(file, LOCK_EX | (waiting ? 0 : LOCK_NB)) != 0 {
      let code = errno
      if code == EINTR { continue }
      close(file)
      guard code == EWOULDBLOCK else { throw FileFailure(path, code) }
      return nil
    }
    self.file = file
  }

  deinit {
    close(file)
  }
}
