public import Glibc

/// The system's calls that take a path, for paths of any bytes. All of them block.
///
/// Calls that return a number return -1 on failure, as in C, and set `errno`.
public enum Files {
  /// Opens a file, and returns its descriptor.
  ///
  /// - Parameter mode: The permissions of a file that is created.
  public static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o666) -> Int32 {
    path.withSystemCString { Glibc.open($0, flags, mode) }
  }

  /// Checks the permissions of this process for a file.
  public static func access(_ path: String, _ rights: Int32) -> Int32 {
    path.withSystemCString { Glibc.access($0, rights) }
  }

  /// Renames atomically, and replaces a file that has the new name.
  public static func rename(_ path: String, _ new: String) -> Int32 {
    path.withSystemCString { path in new.withSystemCString { Glibc.rename(path, $0) } }
  }

  /// Removes a file or a link.
  public static func unlink(_ path: String) -> Int32 {
    path.withSystemCString { Glibc.unlink($0) }
  }

  /// Creates a directory.
  public static func mkdir(_ path: String, _ mode: mode_t) -> Int32 {
    path.withSystemCString { Glibc.mkdir($0, mode) }
  }

  /// Removes an empty directory.
  public static func rmdir(_ path: String) -> Int32 {
    path.withSystemCString { Glibc.rmdir($0) }
  }

  /// The status of a file, or of the link itself if links are not followed.
  ///
  /// - Returns: `nil` on failure, with the reason in `errno`.
  public static func status(of path: String, followingLinks: Bool = true) -> stat? {
    var status = stat()
    let result = path.withSystemCString { followingLinks ? stat($0, &status) : lstat($0, &status) }
    return result == 0 ? status : nil
  }

  /// The status of the file system that holds a path; `nil` on failure.
  public static func fileSystem(of path: String) -> statvfs? {
    var status = statvfs()
    return path.withSystemCString { statvfs($0, &status) } == 0 ? status : nil
  }

  /// True if something is at the path; a link that leads nowhere counts as nothing.
  public static func isThere(_ path: String) -> Bool { status(of: path) != nil }

  /// True if a directory, or a link to one, is at the path.
  public static func isDirectory(_ path: String) -> Bool {
    status(of: path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  /// The target of a symbolic link as written; `nil` if the path is not a link.
  public static func link(at path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = path.withSystemCString { readlink($0, &target, target.count) }
    return count < 0 ? nil : String(systemBytes: target[..<count].map(UInt8.init(bitPattern:)))
  }

  /// The link in a path whose target does not exist, so that nothing can be created below it, and that target.
  public static func deadLink(in path: String) -> (link: String, target: String)? {
    var path = path
    while !path.isEmpty, !isThere(path) {
      if let target = link(at: path) { return (path, target) }
      path = parent(of: path)
    }
    return nil
  }

  /// The path of the same file without links, `.` and `..`; `nil` if nothing is there.
  public static func realPath(_ path: String) -> String? {
    guard let real = path.withSystemCString({ realpath($0, nil) }) else { return nil }
    defer { free(real) }
    return String(systemCString: real)
  }

  /// The path without its last name and the slash before that; "" for a name alone, and for a name in the root.
  public static func parent(of path: String) -> String {
    // By characters a name that begins with a combining accent would swallow the slash.
    path.unicodeScalars.lastIndex(of: "/").map { String(path.unicodeScalars[..<$0]) } ?? ""
  }
}
