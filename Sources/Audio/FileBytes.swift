internal import Glibc
internal import SystemPaths

/// The bytes of an open file, with random access.
final class FileBytes: ByteSource {
  let size: Int
  private let descriptor: Int32

  /// Takes ownership of the descriptor.
  init(descriptor: Int32, size: Int) {
    self.descriptor = descriptor
    self.size = size
  }

  deinit {
    close(descriptor)
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
      if count < 0, errno == EINTR { continue }
      return max(0, count)
    }
  }
}

/// The maximum size of an input that cannot seek and is held in memory, in bytes.
private let longestStream = 1 << 30

/// Opens a recording. No other function opens files here.
///
/// - Parameters:
///   - path: A file, a pipe, or "-" for standard input.
///   - source: The name in errors.
func openBytes(path: String, source: String) throws(AudioError) -> any ByteSource {
  let descriptor = path == "-" ? dup(STDIN_FILENO) : Files.open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else {
    let why = String(cString: strerror(errno))
    throw AudioError(
      source: source, reason: .cannotOpen(why == "No such file or directory" ? "no such file" : why))
  }
  var status = stat()
  fstat(descriptor, &status)
  let kind = status.st_mode & S_IFMT
  if kind == S_IFREG && path != "-" {
    let file = FileBytes(descriptor: descriptor, size: Int(status.st_size))
    guard file.size > 0 else { throw AudioError(source: source, reason: .empty) }
    return file
  }
  defer { close(descriptor) }
  guard kind != S_IFDIR else { throw AudioError(source: source, reason: .isDirectory) }
  let bytes = try everything(from: descriptor, source: source)
  guard !bytes.isEmpty else { throw AudioError(source: source, reason: .empty) }
  return MemoryBytes(bytes)
}

private func everything(from descriptor: Int32, source: String) throws(AudioError) -> [UInt8] {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count == 0 { return bytes }
    guard bytes.count < longestStream else {
      throw AudioError(source: source, reason: .unsupported("is longer than 1 GiB; pass it as a file"))
    }
    if count < 0 {
      if errno == EINTR { continue }
      throw AudioError(source: source, reason: .cannotOpen(String(cString: strerror(errno))))
    }
    bytes += buffer[..<count]
  }
}
