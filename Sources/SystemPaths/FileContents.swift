internal import Glibc

// Files as a whole.
extension Files {
  /// Reads a file to its end.
  public static func contents(of path: String) throws(SystemFailure) -> [UInt8] {
    let file = try opened(path, O_RDONLY)
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw SystemFailure() }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(clamping: status.st_size))
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(file, &piece, piece.count)
      if count == 0 { return bytes }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw SystemFailure() }
      bytes += piece[..<count]
    }
  }

  /// Lets `body` see a file's bytes without reading those that it does not look at.
  public static func withBytes<Result>(
    of path: String, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(SystemFailure) -> Result {
    let file = try opened(path, O_RDONLY)
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw SystemFailure() }
    let size = Int(status.st_size)
    guard size > 0 else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
      throw SystemFailure()
    }
    defer { munmap(start, size) }
    return body(UnsafeRawBufferPointer(start: start, count: size))
  }

  /// Makes a file of these bytes, in place of what is there.
  public static func write(_ bytes: some Collection<UInt8>, to path: String) throws(SystemFailure) {
    let file = try opened(path, O_WRONLY | O_CREAT | O_TRUNC)
    defer { close(file) }
    try write(Array(bytes), to: file)
  }

  /// The same at once: readers see the old content or the new.
  public static func replace(_ path: String, with bytes: some Collection<UInt8>) throws(SystemFailure) {
    let new = "\(path).\(getpid())-\(UInt32.random(in: 0...(.max)))"
    do throws(SystemFailure) {
      try write(bytes, to: new)
      guard rename(new, path) == 0 else { throw SystemFailure() }
    } catch {
      _ = unlink(new)
      throw error
    }
  }

  /// Copies a file, or what a link leads to, to where nothing is yet.
  public static func copy(_ path: String, to target: String) throws(SystemFailure) {
    let source = try opened(path, O_RDONLY)
    defer { close(source) }
    let file = try opened(target, O_WRONLY | O_CREAT | O_EXCL)
    defer { close(file) }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(source, &piece, piece.count)
      if count == 0 { return }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw SystemFailure() }
      try write(Array(piece[..<count]), to: file)
    }
  }

  private static func opened(_ path: String, _ flags: Int32) throws(SystemFailure) -> Int32 {
    let file = open(path, flags | O_CLOEXEC)
    guard file >= 0 else { throw SystemFailure() }
    return file
  }

  private static func write(_ bytes: [UInt8], to file: Int32) throws(SystemFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw SystemFailure(code: count == 0 ? ENOSPC : errno) }
      rest = rest.dropFirst(count)
    }
  }
}
