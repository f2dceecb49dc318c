internal import Glibc
internal import NIOPosix
internal import SystemPaths

/// A system call that failed.
struct SystemError: Error {
  /// What was tried, with the path.
  let action: String
  let code: Int32

  /// Of the call that failed last on this thread.
  init(_ action: String, code: Int32 = errno) {
    self.action = action
    self.code = code
  }

  var why: String { String(cString: strerror(code)) }
}

/// An open file, closed with its last reference.
final class OpenFile: Sendable {
  let path: String
  private let descriptor: Int32

  init(_ path: String, flags: Int32) throws(SystemError) {
    let opened = Files.open(path, flags | O_CLOEXEC, mode: 0o644)
    guard opened >= 0 else { throw SystemError("cannot open \(path)") }
    self.path = path
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw SystemError("cannot write \(path)", code: count == 0 ? ENOSPC : errno) }
      done += count
    }
  }

  func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
    try bytes.span.bytes.withUnsafeBytes { bytes throws(SystemError) in try write(bytes, at: offset) }
  }

  /// - Returns: Bytes read; less than the buffer holds only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemError("cannot read \(path)") }
      if count == 0 { break }
      done += count
    }
    return done
  }

  func resize(to size: Int) throws(SystemError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw SystemError("cannot write \(path)") }
  }

  /// Brings what was written to the disk itself.
  func synchronize() throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw SystemError("cannot write \(path)") }
  }

  var size: Int {
    get throws(SystemError) { try Int(status().st_size) }
  }

  /// Takes the file's lock, if nobody else has it. It is let go of when the file is closed, by the end of the process
  /// at the latest.
  func lock() throws(SystemError) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError("cannot lock \(path)") }
    return false
  }

  /// Whether this is still the file of its path, and not one that was removed meanwhile.
  var isInPlace: Bool {
    guard let mine = try? status(), let there = Files.status(of: path) else { return false }
    return mine.st_ino == there.st_ino && mine.st_dev == there.st_dev
  }

  private func status() throws(SystemError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemError("cannot read \(path)") }
    return status
  }
}

/// What is done to files as a whole. All of it blocks.
enum FileSystem {
  static func size(of path: String) -> Int? {
    guard let status = Files.status(of: path), status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  static func isThere(_ path: String) -> Bool { Files.access(path, F_OK) == 0 }

  /// Makes a directory and those above it.
  static func makeDirectory(_ path: String) throws(SystemError) {
    if Files.mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    let code = errno
    let parent = Files.parent(of: path)
    guard code == ENOENT, !parent.isEmpty else {
      throw SystemError("cannot make the directory \(path)", code: code)
    }
    try makeDirectory(parent)
    guard Files.mkdir(path, 0o755) == 0 || errno == EEXIST else {
      let code = errno
      let link = Files.deadLink(in: path).map { " (\($0) is a link to \($1))" } ?? ""
      throw SystemError("cannot make the directory \(path)\(link)", code: code)
    }
  }

  /// Replaces a file at once: readers see the old content or the new, and so does the next start after a power cut.
  static func replace(_ path: String, with content: [UInt8]) throws(SystemError) {
    let new = "\(path).new"
    let file = try OpenFile(new, flags: O_WRONLY | O_CREAT | O_TRUNC)
    try file.write(content, at: 0)
    try file.synchronize()
    try Self.rename(new, to: path)
  }

  /// Renames within a directory, and makes that lasting.
  static func rename(_ path: String, to new: String) throws(SystemError) {
    guard Files.rename(path, new) == 0 else { throw SystemError("cannot rename \(path) to \(new)") }
    let directory = Files.parent(of: new)
    try OpenFile(directory.isEmpty ? "/" : directory, flags: O_RDONLY | O_DIRECTORY).synchronize()
  }

  /// Removes a file; one that is not there is fine.
  static func remove(_ path: String) throws(SystemError) {
    guard Files.unlink(path) == 0 || errno == ENOENT else { throw SystemError("cannot remove \(path)") }
  }

  /// Removes an empty directory; one that is not there, or not empty, is fine.
  static func removeDirectory(_ path: String) throws(SystemError) {
    guard Files.rmdir(path) == 0 || errno == ENOENT || errno == ENOTEMPTY else {
      throw SystemError("cannot remove \(path)")
    }
  }

  /// Names in a directory, without `.` and `..`, in order; none if there is no directory.
  static func names(in path: String) -> [String] {
    (try? Files.names(in: path)) ?? []
  }

  /// Bytes that an ordinary user can still write into a directory.
  static func freeBytes(in path: String) throws(SystemError) -> Int {
    guard let status = Files.fileSystem(of: path) else { throw SystemError("cannot read \(path)") }
    let (bytes, isHuge) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: status.f_frsize))
    return isHuge ? .max : bytes
  }
}

/// Runs blocking work on NIO's threads for that, so that it never occupies the cooperative pool.
func onFileThread<Value: Sendable>(
  _ work: @escaping @Sendable () throws(SystemError) -> Value
) async throws(SystemError) -> Value {
  let result: Result<Value, SystemError>
  do {
    result = try await NIOThreadPool.singleton.runIfActive {
      do throws(SystemError) {
        return .success(try work())
      } catch {
        return .failure(error)
      }
    }
  } catch {
    throw SystemError("the program is ending", code: ECANCELED)
  }
  return try result.get()
}
