internal import Crypto
internal import Glibc
internal import SystemPaths

/// What a file holds, and the signs by which a later look tells without reading that it is still the same.
public struct FileRecord: Codable, Sendable, Equatable {
  /// Its name in the directory that is spoken of.
  public let name: String
  public let size: Int64
  /// When it was last changed, in nanoseconds since 1970.
  public let modified: Int64
  /// The SHA-256 of its content, in hexadecimal digits.
  public let sha256: String

  /// Reads the whole file.
  ///
  /// - Parameter place: Where it is; `nil` if it is in the directory under its name.
  public init(hashing name: String, in directory: String, at place: String? = nil) throws(FileFailure) {
    let path = place ?? "\(directory)/\(name)"
    let (sha256, signs) = try Self.hash(path)
    self.name = name
    self.size = signs.size
    self.modified = signs.modified
    self.sha256 = sha256
  }

  /// Whether the file looks as it did; nothing of it is read.
  ///
  /// - Parameter place: Where it is; `nil` if it is in the directory under its name.
  public func looksUnchanged(in directory: String, at place: String? = nil) -> Bool {
    guard let now = Signs(of: place ?? "\(directory)/\(name)") else { return false }
    return now == Signs(size: size, modified: modified)
  }

  /// Whether the file holds what it held. It is read only if it looks changed, or if that is asked for.
  public func isIntact(in directory: String, readingAll: Bool = false) -> Bool {
    if !readingAll, looksUnchanged(in: directory) { return true }
    // A wrong size needs no reading.
    guard Signs(of: "\(directory)/\(name)")?.size == size else { return false }
    return (try? FileRecord(hashing: name, in: directory))?.sha256 == sha256
  }

  /// What the file system tells without reading.
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
  /// Two digits a byte.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// A file that could not be read, written or moved.
public struct FileFailure: Error, Sendable, Equatable, CustomStringConvertible {
  public let path: String
  /// The system's words: "No space left on device".
  public let why: String
  /// The system's `errno`; `nil` where it was not the system that refused.
  public let code: Int32?

  public init(path: String, why: String, code: Int32? = nil) {
    self.path = path
    self.why = why
    self.code = code
  }

  /// - Parameter code: The system's `errno`.
  public init(_ path: String, _ code: Int32) {
    self.init(path: path, why: String(cString: strerror(code)), code: code)
  }

  public var description: String { "\(path): \(why)" }
}
