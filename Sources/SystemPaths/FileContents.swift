internal import Glibc

// The content of files.
extension Files {
  /// Reads a file to its end.
  public static func contents(of path: String) throws(FileError) -> [UInt8] {
    let file = try opened(path, O_RDONLY)
    defer { close(file) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(try size(of: file, path))
    try forEachPiece(of: file, path) { piece throws(FileError) in bytes += piece }
    return bytes
  }

  /// The length of a file, in bytes; `nil` if there is none.
  public static func length(of path: String) -> Int? { status(of: path).map { Int(clamping: $0.st_size) } }

  /// The owner of a file; `nil` if there is none.
  public static func owner(of path: String) -> UInt32? { status(of: path)?.st_uid }

  /// Reads a file to its end, unless it is larger than a limit in bytes.
  public static func contents(of path: String, atMost limit: Int) throws(FileError) -> [UInt8] {
    if let size = status(of: path)?.st_size, size > limit {
      throw FileError(path, "it has \(size) bytes, expected at most \(limit)")
    }
    return try contents(of: path)
  }

  /// Maps a file into memory and passes its bytes to `body`; only those that `body` looks at are read.
  public static func withBytes<Result>(
    of path: String, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(FileError) -> Result {
    let file = try opened(path, O_RDONLY)
    defer { close(file) }
    let size = try size(of: file, path)
    guard size > 0 else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
      throw FileError(path)
    }
    defer { munmap(start, size) }
    return body(UnsafeRawBufferPointer(start: start, count: size))
  }

  /// Creates a file of these bytes, or overwrites the one that is there.
  public static func write(_ bytes: some Collection<UInt8>, to path: String) throws(FileError) {
    let file = try opened(path, O_WRONLY | O_CREAT | O_TRUNC)
    defer { close(file) }
    try write(Array(bytes)[...], to: file, path)
  }

  /// Copies a file, or the target of a link, to a path where nothing is yet.
  public static func copy(_ path: String, to target: String) throws(FileError) {
    let source = try opened(path, O_RDONLY)
    defer { close(source) }
    let file = try opened(target, O_WRONLY | O_CREAT | O_EXCL)
    defer { close(file) }
    try forEachPiece(of: source, path) { piece throws(FileError) in try write(piece, to: file, target) }
  }

  private static func opened(_ path: String, _ flags: Int32) throws(FileError) -> Int32 {
    let file = open(path, flags | O_CLOEXEC)
    guard file >= 0 else { throw FileError(path) }
    return file
  }

  private static func size(of file: Int32, _ path: String) throws(FileError) -> Int {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileError(path) }
    return Int(clamping: status.st_size)
  }

  private static func forEachPiece(
    of file: Int32, _ path: String, _ body: (ArraySlice<UInt8>) throws(FileError) -> Void
  ) throws(FileError) {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(file, &piece, piece.count)
      if count == 0 { return }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileError(path) }
      try body(piece[..<count])
    }
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to file: Int32, _ path: String) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileError(path, code: count == 0 ? ENOSPC : errno) }
      rest = rest.dropFirst(count)
    }
  }
}
