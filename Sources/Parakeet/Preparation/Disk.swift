internal import Glibc
internal import ModelStore
internal import SystemPaths

/// The file system's calls that preparation needs, with one kind of error.
enum Disk {
  /// What the names of files and directories begin with that are being made, and go with an interrupted process.
  static let temporaryPrefix = ".making-"

  /// A new path in a directory for something that is being made by this process.
  static func temporaryPath(in directory: String) -> String {
    "\(directory)/\(temporaryPrefix)\(getpid())-\(UInt32.random(in: 0...(.max)))"
  }

  static func makeDirectory(_ path: String) throws(FileFailure) {
    do throws(SystemFailure) {
      try Files.makeDirectories(path)
    } catch {
      if let (link, target) = Files.deadLink(in: path) {
        throw FileFailure(
          path: path, why: "\(link) is a link to \(target), which does not exist", code: EEXIST)
      }
      throw FileFailure(path, error.code)
    }
  }

  static func copy(_ name: String, from source: String, to target: String) throws(FileFailure) {
    do throws(SystemFailure) {
      try Files.copy("\(source)/\(name)", to: "\(target)/\(name)")
    } catch {
      throw FileFailure("\(target)/\(name)", error.code)
    }
  }

  /// Renames, at once or not at all.
  static func move(_ source: String, to target: String) throws(FileFailure) {
    guard Files.rename(source, target) == 0 else { throw FileFailure(target, errno) }
  }

  /// Renames what may be there.
  static func moveAway(_ source: String, to target: String) throws(FileFailure) {
    guard Files.rename(source, target) == 0 || errno == ENOENT else { throw FileFailure(source, errno) }
  }

  /// Waits until a file's or a directory's own content is on the disk.
  static func synchronize(_ path: String) throws(FileFailure) {
    let file = Files.open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileFailure(path, errno) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw FileFailure(path, errno) }
  }

  /// Waits until a directory and all files in it are on the disk.
  static func synchronize(contentsOf directory: String) throws(FileFailure) {
    let names = (try? Files.names(in: directory)) ?? []
    for name in names { try synchronize("\(directory)/\(name)") }
    try synchronize(directory)
  }

  /// Tries whether something can still be written into a directory: who writes there does not always say why it failed.
  static func checkWriting(in directory: String) throws(FileFailure) {
    // Called like what is being made, so that it goes with that should the process end now.
    let path = temporaryPath(in: directory)
    defer { _ = Files.unlink(path) }
    do throws(SystemFailure) {
      try Files.write([UInt8](repeating: 0x5A, count: 1 << 16), to: path)
    } catch {
      throw FileFailure(directory, error.code)
    }
    // Some file systems say only now that there is no room.
    do throws(FileFailure) {
      try synchronize(path)
    } catch {
      throw FileFailure(path: directory, why: error.why, code: error.code)
    }
  }

  /// - Returns: `nil` if the file system does not tell.
  static func freeBytes(_ path: String) -> Int64? {
    guard let status = Files.fileSystem(of: path) else { return nil }
    return Int64(status.f_bavail) * Int64(status.f_frsize)
  }
}

/// A lock between processes, held while it lives. The file stays; it is empty.
struct FileLock: ~Copyable {
  private let file: Int32

  /// - Returns: `nil` if another process holds the lock and it is not to be waited for.
  init?(_ path: String, waiting: Bool) throws(FileFailure) {
    let file = Files.open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode: 0o644)
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
