internal import Glibc
public import SystemPaths

/// An open file, closed with its last reference.
public final class OpenFile: Sendable {
  /// The path that it was opened at.
  public let path: String
  private let descriptor: Int32

  /// Opens a file or directory.
  ///
  /// - Parameter flags: Those of `open`. A file that `O_CREAT` creates is readable by all, and writable by its owner.
  public init(_ path: String, flags: Int32) throws(FileError) {
    let opened = Files.open(path, flags | O_CLOEXEC, mode: 0o644)
    guard opened >= 0 else { throw FileError(path) }
    self.path = path
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  /// Writes all bytes at an offset.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileError(path, code: count == 0 ? ENOSPC : errno) }
      done += count
    }
  }

  /// Writes all bytes at an offset.
  public func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
    try bytes.span.bytes.withUnsafeBytes { bytes throws(FileError) in try write(bytes, at: offset) }
  }

  /// Fills a buffer from an offset on.
  ///
  /// - Returns: Bytes read; fewer than the buffer holds only at the end of the file.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(path) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Cuts the file, or extends it with zeros.
  public func resize(to size: Int) throws(FileError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw FileError(path) }
  }

  /// Waits until the content of the file or directory is on the disk.
  public func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(path) }
  }

  /// The size in bytes.
  public var size: Int {
    get throws(FileError) { try Int(status().st_size) }
  }

  /// Locks the file against other processes, until it is closed: at the latest when this process ends.
  ///
  /// - Parameter waiting: Whether to block while another process holds the lock.
  /// - Returns: False if another process holds the lock.
  func lock(waiting: Bool) throws(FileError) -> Bool {
    while flock(descriptor, LOCK_EX | (waiting ? 0 : LOCK_NB)) != 0 {
      if errno == EINTR { continue }
      guard errno == EWOULDBLOCK else { throw FileError(path) }
      return false
    }
    return true
  }

  /// True if this is still the file at its path, and not one that was removed in the meantime.
  var isInPlace: Bool {
    guard let mine = try? status(), let there = Files.status(of: path) else { return false }
    return mine.st_ino == there.st_ino && mine.st_dev == there.st_dev
  }

  func status() throws(FileError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path) }
    return status
  }
}
