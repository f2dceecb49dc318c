public import Glibc

// Directories and their contents.
extension Files {
  /// The names in a directory, without `.` and `..`, in order.
  public static func names(in path: String) throws(FileError) -> [String] {
    guard let directory = path.withSystemCString({ opendir($0) }) else { throw FileError(path) }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        guard errno == 0 else { throw FileError(path) }
        return names.sorted()
      }
      let name = name(of: entry)
      if name != "." && name != ".." { names.append(name) }
    }
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    // Read in place: an entry ends where its name ends, and not where its type does.
    let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    let name = UnsafeRawPointer(entry) + offset
    return String(systemCString: name.assumingMemoryBound(to: CChar.self))
  }

  /// Creates a directory and the missing ones above it.
  ///
  /// - Throws: A ``FileError`` with this path, also for a directory above it.
  public static func makeDirectories(_ path: String, mode: mode_t = 0o777) throws(FileError) {
    guard let code = failure(making: path, mode) else { return }
    guard let (link, target) = deadLink(in: path) else { throw FileError(path, code: code) }
    throw FileError(path, "\(link) is a link to \(target), which does not exist", code: EEXIST)
  }

  /// - Returns: The system's `errno`; `nil` if the directory is there.
  private static func failure(making path: String, _ mode: mode_t) -> Int32? {
    if mkdir(path, mode) == 0 { return nil }
    var code = errno
    let parent = parent(of: path)
    if code == ENOENT, !parent.isEmpty {
      if let code = failure(making: parent, mode) { return code }
      if mkdir(path, mode) == 0 { return nil }
      code = errno
    }
    return code == EEXIST && isDirectory(path) ? nil : code
  }

  /// Removes a file, a link, or a directory with its contents.
  public static func remove(_ path: String) throws(FileError) {
    guard let status = status(of: path, followingLinks: false) else { throw FileError(path) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      guard unlink(path) == 0 else { throw FileError(path) }
      return
    }
    for name in try names(in: path) { try remove("\(path)/\(name)") }
    guard rmdir(path) == 0 else { throw FileError(path) }
  }
}
