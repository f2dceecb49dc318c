internal import Glibc
internal import SystemPaths

/// A folder that is read as if it were `/`. Nothing fails, whatever the folder contains: an unreadable file counts as
/// missing. Paths have no leading slash.
struct RootFolder: Sendable {
  private let prefix: String

  init(_ path: String) {
    prefix = path.hasSuffix("/") ? path : path + "/"
  }

  /// Reads at most `limit` bytes of a file's text; `nil` if it is not a regular file or not readable.
  func text(_ path: String, limit: Int = 1 << 20) -> String? {
    bytes(path, limit: limit).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads at most `limit` bytes of a file; `nil` if it is not a regular file or not readable.
  func bytes(_ path: String, limit: Int) -> [UInt8]? {
    // Opening a pipe or a device in the file's place must not block.
    let file = Files.open(prefix + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < limit {
      let count = read(file, &piece, min(piece.count, limit - bytes.count))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes += piece.prefix(count)
    }
    return bytes
  }

  /// The first line of a file, without surrounding blanks.
  func line(_ path: String) -> String? {
    guard let first = text(path, limit: 4096).flatMap({ SystemText.lines($0).first }) else { return nil }
    return String(first.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  /// The hexadecimal number in a file: "0x8086".
  func hexadecimal(_ path: String) -> UInt32? {
    guard let line = line(path) else { return nil }
    return UInt32(line.hasPrefix("0x") ? line.dropFirst(2) : line[...], radix: 16)
  }

  /// The sorted names in a folder; empty if there is no such folder.
  func names(in path: String) -> [String] {
    (try? Files.names(in: prefix + path)) ?? []
  }

  func isThere(_ path: String) -> Bool { status(path) != nil }

  /// The status of a file, or of the target if it is a link.
  func status(_ path: String) -> Status? {
    guard let status = Files.status(of: prefix + path) else { return nil }
    return Status(owner: status.st_uid, group: status.st_gid, mode: status.st_mode & 0o7777)
  }

  struct Status {
    let owner, group: UInt32
    /// The permission bits.
    let mode: UInt32
  }

  /// The target of a link, unresolved; `nil` if the file is not a link.
  func link(_ path: String) -> String? {
    Files.link(at: prefix + path)
  }

  /// The access that a user has to a file.
  func access(_ path: String, by user: User, writing: Bool) -> FileAccess {
    guard user.isThisProcess else {
      guard let status = status(path) else { return .failed(String(cString: strerror(ENOENT))) }
      let isAllowed = user.mayOpen(
        owner: status.owner, group: status.group, mode: status.mode, writing: writing)
      return isAllowed ? .allowed : .forbidden
    }
    let file = Files.open(prefix + path, (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else {
      switch errno {
      case EACCES: return .forbidden
      case EPERM: return .blocked
      default: return .failed(String(cString: strerror(errno)))
      }
    }
    close(file)
    return .allowed
  }
}
