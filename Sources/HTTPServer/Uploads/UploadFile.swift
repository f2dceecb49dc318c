internal import Glibc
internal import SystemPaths

/// A file without a name, which the system removes when it is closed, whatever ends the program.
final class UploadFile: Sendable {
  /// The file's descriptor.
  let descriptor: Int32
  private let directory: String

  /// Linux's `O_TMPFILE`, a compound macro that Swift does not see.
  private static let nameless: Int32 = 0o20_000_000 | O_DIRECTORY

  /// Creates an empty file. Blocks.
  ///
  /// - Parameter directory: The directory whose file system has the file.
  init(in directory: String) throws(FileError) {
    self.directory = directory
    var file = Files.open(directory, Self.nameless | O_RDWR | O_CLOEXEC, mode: 0o600)
    if file < 0, errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL {
      // A file system without nameless files: the name is removed at once.
      let path = "\(directory)/.upload-\(UInt64.random(in: .min ... .max))"
      file = Files.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode: 0o600)
      if file >= 0 { _ = Files.unlink(path) }
    }
    guard file >= 0 else { throw FileError(directory) }
    descriptor = file
  }

  deinit {
    close(descriptor)
  }

  /// Writes bytes at an offset. Blocks.
  func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        pwrite(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written, offset + written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError(directory) }
      written += count
    }
  }

  /// Reads up to `count` bytes from an offset on. Blocks.
  func read(at offset: Int, upTo count: Int) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while true {
        let got = pread(descriptor, buffer.baseAddress, count, offset)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = FileError(directory) }
        initialized = max(0, got)
        return
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
