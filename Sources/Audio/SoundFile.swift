internal import CSndFile
internal import Glibc
internal import Synchronization
internal import SystemPaths

/// An open libsndfile handle: over a file, or over memory where the input cannot seek.
struct SoundFile: ~Copyable {
  let handle: OpaquePointer
  let info: SF_INFO
  let waveHeader: WAVEHeader?
  /// Keeps the bytes alive while libsndfile reads them.
  private let memory: Memory?

  init(path: String, source: String) throws(AudioError) {
    let descriptor = path == "-" ? dup(STDIN_FILENO) : Files.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let why = String(cString: strerror(errno))
      throw AudioError(
        source: source, reason: .cannotOpen(why == "No such file or directory" ? "no such file" : why))
    }
    defer { close(descriptor) }
    var status = stat()
    fstat(descriptor, &status)
    guard status.st_mode & S_IFMT != S_IFDIR else { throw AudioError(source: source, reason: .isDirectory) }

    var info = SF_INFO()
    let opened: Opened
    var header: WAVEHeader?
    var memory: Memory?
    let isFile = status.st_mode & S_IFMT == S_IFREG && path != "-"
    if isFile {
      guard status.st_size > 0 else { throw AudioError(source: source, reason: .empty) }
      header = WAVEHeader(size: Int(status.st_size)) { offset, count in
        Self.bytes(of: descriptor, at: offset, count: count)
      }
    }
    if isFile, header?.zeroLengthOffset == nil {
      opened = Self.opened { path.withSystemCString { sf_open($0, Int32(SFM_READ), &info) } }
    } else {
      var bytes = try Self.everything(from: descriptor, source: source)
      guard !bytes.isEmpty else { throw AudioError(source: source, reason: .empty) }
      header = WAVEHeader(size: bytes.count) { offset, count in
        Array(bytes.dropFirst(offset).prefix(count))
      }
      if let offset = header?.zeroLengthOffset {
        // As others write it who do not know the length: libsndfile then reads to the end.
        bytes.replaceSubrange(offset..<offset + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
      }
      let bytesInMemory = Memory(bytes)
      opened = Self.opened { bytesInMemory.open(&info) }
      memory = bytesInMemory
    }
    guard let handle = opened.handle else {
      throw AudioError(source: source, reason: .unknownFormat(opened.problem))
    }
    self.handle = handle
    waveHeader = header
    self.info = info
    self.memory = memory
  }

  deinit {
    sf_close(handle)
  }

  private struct Opened {
    let handle: OpaquePointer?
    /// Why there is none.
    let problem: String
  }

  /// Opens one file at a time: why one cannot be opened stands in a variable of the whole process.
  private static func opened(_ open: () -> OpaquePointer?) -> Opened {
    opening.withLock { _ in
      let handle = open()
      return Opened(handle: handle, problem: handle == nil ? String(cString: sf_strerror(nil)) : "")
    }
  }

  private static let opening = Mutex<Void>(())

  /// Whether the number of frames in the header is exact. Compressed streams only estimate it, and FLAC that was
  /// written into a pipe has the greatest number.
  var promisesExactly: Bool {
    let container = info.format & Int32(SF_FORMAT_TYPEMASK)
    return container != Int32(SF_FORMAT_OGG) && container != Int32(SF_FORMAT_MPEG) && info.frames < .max
  }

  private static func bytes(of descriptor: Int32, at offset: Int, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = max(0, pread(descriptor, buffer.baseAddress, count, offset))
    }
  }

  /// Bytes of an input that cannot seek, and so has to be held in memory.
  private static let longestStream = 1 << 30

  private static func everything(from descriptor: Int32, source: String) throws(AudioError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      guard bytes.count < Self.longestStream else {
        throw AudioError(source: source, reason: .unsupported("goes on beyond 1 GiB; give it as a file"))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw AudioError(source: source, reason: .cannotOpen(String(cString: strerror(errno))))
      }
      bytes += buffer[..<count]
    }
  }
}

/// Bytes that libsndfile reads through its virtual input.
private final class Memory {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    var calls = SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(Memory.from($0)?.bytes.count ?? 0) },
      seek: { offset, origin, user in sf_count_t(Memory.from(user)?.seek(Int(offset), origin) ?? 0) },
      read: { target, count, user in sf_count_t(Memory.from(user)?.read(target, Int(count)) ?? 0) },
      write: { _, _, _ in 0 },
      tell: { sf_count_t(Memory.from($0)?.position ?? 0) })
    // The sound file owns this object for as long as libsndfile holds the pointer.
    return sf_open_virtual(&calls, Int32(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func from(_ pointer: UnsafeMutableRawPointer?) -> Memory? {
    pointer.map { Unmanaged<Memory>.fromOpaque($0).takeUnretainedValue() }
  }

  private func seek(_ offset: Int, _ origin: Int32) -> Int {
    let base =
      switch origin {
      case SEEK_CUR: position
      case SEEK_END: bytes.count
      default: 0
      }
    // A header may say where to go: anywhere.
    let (target, overflow) = base.addingReportingOverflow(offset)
    position = min(max(0, overflow ? bytes.count : target), bytes.count)
    return position
  }

  private func read(_ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    let available = min(count, bytes.count - position)
    guard available > 0, let target else { return 0 }
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { target.copyMemory(from: start + position, byteCount: available) }
    }
    position += available
    return available
  }
}
