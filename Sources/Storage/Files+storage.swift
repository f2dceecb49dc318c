internal import FoundationEssentials
internal import Glibc
public import SystemPaths

// Operations on files that are kept. All of them block.
extension Files {
  /// The size of a file, in bytes; `nil` if there is no regular file at the path.
  public static func size(of path: String) -> Int? {
    guard let status = status(of: path), status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// The bytes that a user without special rights can still write below a path; `nil` if the system does not say.
  public static func freeBytes(in path: String) -> Int? {
    guard let status = fileSystem(of: path) else { return nil }
    let (bytes, isHuge) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: status.f_frsize))
    return isHuge ? .max : bytes
  }

  /// Removes a file or a link; does nothing if there is none.
  public static func removeFile(_ path: String) throws(FileError) {
    guard Files.unlink(path) == 0 || errno == ENOENT else { throw FileError(path) }
  }

  // MARK: Durability

  /// Waits until the content of a file, or the list of names in a directory, is on the disk.
  public static func synchronize(_ path: String) throws(FileError) {
    try OpenFile(path, flags: O_RDONLY).synchronize()
  }

  /// Renames atomically, and waits until the new name is on the disk.
  public static func move(_ path: String, to target: String) throws(FileError) {
    guard Files.rename(path, target) == 0 else { throw FileError(target) }
    try synchronize(directory(of: target))
  }

  /// Writes a file atomically: readers, and the next start after a power failure, find the old content or the new.
  public static func replace(_ path: String, with content: [UInt8]) throws(FileError) {
    let new = TemporaryPath.make(in: directory(of: path))
    do throws(FileError) {
      let file = try OpenFile(new, flags: O_WRONLY | O_CREAT | O_TRUNC)
      try file.write(content, at: 0)
      try file.synchronize()
      try move(new, to: path)
    } catch {
      _ = Files.unlink(new)
      throw error
    }
  }

  private static func directory(of path: String) -> String {
    let parent = parent(of: path)
    return !parent.isEmpty ? parent : path.hasPrefix("/") ? "/" : "."
  }

  /// Tries to write into a directory.
  ///
  /// Libraries that write there do not always say why they failed; this finds out.
  ///
  /// - Throws: A ``FileError`` with the directory's path.
  public static func checkWriting(in directory: String) throws(FileError) {
    let path = TemporaryPath.make(in: directory)
    defer { _ = Files.unlink(path) }
    do throws(FileError) {
      try write([UInt8](repeating: 0x5A, count: 1 << 16), to: path)
      // Some file systems report only now that there is no space.
      try synchronize(path)
    } catch {
      throw FileError(directory, error.message, code: error.code)
    }
  }

  // MARK: JSON

  /// Reads a value from a JSON file; `nil` if there is no such file, or none of that type.
  public static func decode<Value: Decodable>(_ type: Value.Type, from path: String) -> Value? {
    guard let json = try? contents(of: path) else { return nil }
    return try? JSONDecoder().decode(type, from: Data(json))
  }

  /// Writes a value to a JSON file, atomically.
  public static func replace(_ path: String, withJSON value: some Encodable) throws(FileError) {
    let json: Data
    do {
      json = try JSONEncoder().encode(value)
    } catch {
      throw FileError(path, "\(error)")
    }
    try replace(path, with: Array(json))
  }
}
