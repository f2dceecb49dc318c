internal import Glibc
public import SystemPaths

/// The content of a file when it was recorded, by its hash, with the size and time by which a later look recognizes it
/// without reading it.
public struct FileRecord: Codable, Sendable, Equatable {
  /// The file's name in its directory.
  public let name: String
  /// The size in bytes.
  public let size: Int64
  /// The time of the last change, in nanoseconds since 1970.
  public let modified: Int64
  /// The SHA-256 of the content, in hexadecimal digits.
  public let sha256: String

  /// Reads the whole file.
  ///
  /// - Parameter place: The file's path; `nil` if it is in the directory under its name.
  public init(hashing name: String, in directory: String, at place: String? = nil) throws(FileError) {
    var hasher = try FileHasher(place ?? "\(directory)/\(name)")
    let traits = Traits(try hasher.file.status())
    try hasher.read()
    self.name = name
    size = traits.size
    modified = traits.modified
    sha256 = hasher.finish().sha256
  }

  /// Returns true if the file has the recorded size and time. It is not read.
  ///
  /// - Parameter place: The file's path; `nil` if it is in the directory under its name.
  public func looksUnchanged(in directory: String, at place: String? = nil) -> Bool {
    Traits(of: place ?? "\(directory)/\(name)") == Traits(size: size, modified: modified)
  }

  /// Returns true if the file has the recorded content.
  ///
  /// - Parameter readingAll: Whether the file is read although it looks unchanged.
  public func isIntact(in directory: String, readingAll: Bool = false) -> Bool {
    if !readingAll, looksUnchanged(in: directory) { return true }
    // A wrong size needs no reading.
    guard Traits(of: "\(directory)/\(name)")?.size == size else { return false }
    return (try? FileRecord(hashing: name, in: directory))?.sha256 == sha256
  }

  /// The properties of a file that the file system knows.
  private struct Traits: Equatable {
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
}
