public import Glibc

/// The system's calls that take a path, for paths of any bytes. All of it blocks.
///
/// The calls that return a number do so as in C: -1 for a failure, and `errno` says why.
public enum Files {
  /// - Parameter mode: The rights of a file that is made.
  public static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o666) -> Int32 {
    path.withSystemCString { Glibc.open($0, flags, mode) }
  }

  public static func access(_ path: String, _ rights: Int32) -> Int32 {
    path.withSystemCString { Glibc.access($0, rights) }
  }

  /// Renames at once or not at all; what has the new name is replaced.
  public static func rename(_ path: String, _ new: String) -> Int32 {
    path.withSystemCString { path in new.withSystemCString { Glibc.rename(path, $0) } }
  }

  public static func unlink(_ path: String) -> Int32 {
    path.withSystemCString { Glibc.unlink($0) }
  }

  public static func mkdir(_ path: String, _ mode: mode_t) -> Int32 {
    path.withSystemCString { Glibc.mkdir($0, mode) }
  }

  public static func rmdir(_ path: String) -> Int32 {
    path.withSystemCString { Glibc.rmdir($0) }
  }

  /// What the system knows of a file; of what a link leads to, unless links are not to be followed.
  ///
  /// - Returns: `nil` if there is none; `errno` says why.
  public static func status(of path: String, followingLinks: Bool = true) -> stat? {
    var status = stat()
    let result = path.withSystemCString { followingLinks ? stat($0, &status) : lstat($0, &status) }
    return result == 0 ? status : nil
  }

  /// The room of the file system that holds a path; `nil` if it does not tell.
  public static func fileSystem(of path: String) -> statvfs? {
    var status = statvfs()
    return path.withSystemCString { statvfs($0, &status) } == 0 ? status : nil
  }

  /// Whether there is anything at a path; a link that leads nowhere is nothing.
  public static func isThere(_ path: String) -> Bool { status(of: path) != nil }

  public static func isDirectory(_ path: String) -> Bool {
    status(of: path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  /// Where a symbolic link leads, as it is written; `nil` if it is none.
  public static func link(at path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = path.withSystemCString { readlink($0, &target, target.count) }
    return count < 0 ? nil : String(systemBytes: target[..<count].map(UInt8.init(bitPattern:)))
  }

  /// The link in a path that leads nowhere, and where it leads: nothing can be made below it.
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

/// Why a file could not be read, written, made or removed.
public struct SystemFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system's `errno`.
  public let code: Int32

  /// Of the call that failed last on this thread.
  public init(code: Int32 = errno) {
    self.code = code
  }

  /// The system's words: "No space left on device".
  public var description: String { String(cString: strerror(code)) }
}
