internal import Crypto
internal import Glibc
internal import SystemPaths

/// A file's content hash, with the size and time by which a later check sees without reading that it is unchanged.
public struct FileRecord: Codable, Sendable, Equatable {
  /// The name in its directory.
  public let name: String
  /// The size in bytes.
  public let size: Int64
  /// The time of the last change, in nanoseconds since 1970.
  public let modified: Int64
  /// The SHA-256 of the content, in hexadecimal digits.
  public let sha256: String

  /// Reads and hashes the whole file.
  ///
  /// - Parameter place: The file's path; `nil` if it is in the directory under its name.
  /// - Throws: ``FileFailure`` if the file cannot be read.
  public init(hashing name: String, in directory: String, at place: String? = nil) throws(FileFailure) {
    let path = place ?? "\(directory)/\(name)"
    let (sha256, signs) = try Self.hash(path)
    self.name = name
    self.size = signs.size
    self.modified = signs.modified
    self.sha256 = sha256
  }

  /// Returns true if size and time are unchanged; the content is not read.
  ///
  /// - Parameter place: The file's path; `nil` if it is in the directory under its name.
  public func looksUnchanged(in directory: String, at place: String? = nil) -> Bool {
    guard let now = Signs(of: place ?? "\(directory)/\(name)") else { return false }
    return now == Signs(size: size, modified: modified)
  }

  /// Returns true if the content is unchanged. It is read only if size or time have changed, or with `readingAll`.
  public func isIntact(in directory: String, readingAll: Bool = false) -> Bool {
    if !readingAll, looksUnchanged(in: directory) { return true }
    // With a wrong size there is no need to read.
    guard Signs(of: "\(directory)/\(name)")?.size == size else { return false }
    return (try? FileRecord(hashing: name, in: directory))?.sha256 == sha256
  }

  /// The size in bytes and the time of the last change in nanoseconds since 1970, as known to the file system.
  struct Signs: Equatable {
    var size, modified: Int64

    init(size: Int64, modified: Int64) {
      self.size = size
      self.modified = modified
    }

    init(_ status: stat) {
      size = Int64(status.st_size)
      modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    init?(of path: String) {
      guard let status = Files.status(of: path) else { return nil }
      self.init(status)
    }
  }

  private static func hash(_ path: String) throws(FileFailure) -> (String, Signs) {
    let file = Files.open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileFailure(path, errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileFailure(path, errno) }
    var hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = read(file, buffer.baseAddress, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw FileFailure(path, errno)
      }
      guard count > 0 else { break }
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    return (hash.finalize().hexadecimal, Signs(status))
  }
}

extension SHA256Digest {
  /// The digest as two lower-case digits for each byte.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// The failure to read, write or move a file.
public struct FileFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path.
  public let path: String
  /// The reason, usually in the system's words: "No space left on device".
  public let why: String
  /// The system's `errno`; `nil` if the failure was not the system's.
  public let code: Int32?

  /// Creates a failure with a reason in words.
  public init(path: String, why: String, code: Int32? = nil) {
    self.path = path
    self.why = why
    self.code = code
  }

  /// Creates a failure from the system's `errno`.
  public init(_ path: String, _ code: Int32) {
    self.init(path: path, why: String(cString: strerror(code)), code: code)
  }

  /// The path and the reason.
  public var description: String { "\(path): \(why)" }
}
