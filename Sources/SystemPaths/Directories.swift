public import Glibc

// Directories, and all that is in them.
extension Files {
  /// The names in a directory, without `.` and `..`, in order.
  public static func names(in path: String) throws(SystemFailure) -> [String] {
    guard let directory = path.withSystemCString({ opendir($0) }) else { throw SystemFailure() }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        guard errno == 0 else { throw SystemFailure() }
        return names.sorted()
      }
      let name = name(of: entry)
      if name != "." && name != ".." { names.append(name) }
    }
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    // In place: an entry ends where its name does, and not where its type does.
    let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    let name = UnsafeRawPointer(entry) + offset
    return String(systemCString: name.assumingMemoryBound(to: CChar.self))
  }

  /// Makes a directory and those above it that are not there.
  public static func makeDirectories(_ path: String, mode: mode_t = 0o777) throws(SystemFailure) {
    if mkdir(path, mode) == 0 { return }
    switch errno {
    case EEXIST where isDirectory(path): return
    case ENOENT:
      let parent = parent(of: path)
      guard !parent.isEmpty else { throw SystemFailure(code: ENOENT) }
      try makeDirectories(parent, mode: mode)
      guard mkdir(path, mode) == 0 || errno == EEXIST && isDirectory(path) else { throw SystemFailure() }
    case let code: throw SystemFailure(code: code)
    }
  }

  /// Removes a file, a link, or a directory with all that is in it.
  public static func remove(_ path: String) throws(SystemFailure) {
    guard let status = status(of: path, followingLinks: false) else { throw SystemFailure() }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      guard unlink(path) == 0 else { throw SystemFailure() }
      return
    }
    for name in try names(in: path) { try remove("\(path)/\(name)") }
    guard rmdir(path) == 0 else { throw SystemFailure() }
  }
}
