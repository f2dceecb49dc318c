internal import CMPG123
internal import Glibc

/// Decodes MPEG audio with libmpg123. libsndfile could, but it prints warnings to the terminal and does not find a
/// stream after junk unless the file is named MP3.
final class MPEGDecoder: AudioDecoder {
  let sampleRate: Int
  let channels: Int
  let frameCount: Int?
  let countIsExact = false
  private(set) var problem: String?
  private let handle: OpaquePointer
  /// The bytes that libmpg123 reads, which must live as long as the handle.
  private let cursor: ByteCursor

  init(_ bytes: any ByteSource, source: String) throws(AudioError) {
    let cursor = ByteCursor(bytes)
    var status = MPG123_OK.rawValue
    guard mpg123_init() == status, let handle = mpg123_new(nil, &status) else {
      let why = String(cString: mpg123_plain_strerror(status))
      throw AudioError(source: source, reason: .unreadable("the MP3 decoder failed to start: \(why)"))
    }
    var (rate, channels, encoding) = (0, Int32(0), Int32(0))
    // Its end is not looked at: the recording can still be arriving.
    let flags =
      MPG123_QUIET.rawValue | MPG123_FORCE_FLOAT.rawValue | MPG123_GAPLESS.rawValue
      | MPG123_NO_PEEK_END.rawValue
    let isOpen =
      mpg123_param2(handle, Int32(MPG123_ADD_FLAGS.rawValue), Int(flags), 0) == MPG123_OK.rawValue
      && mpg123_param2(handle, Int32(MPG123_RESYNC_LIMIT.rawValue), -1, 0) == MPG123_OK.rawValue
      && Self.open(handle, over: cursor)
      && mpg123_getformat(handle, &rate, &channels, &encoding) == MPG123_OK.rawValue
      && mpg123_format_none(handle) == MPG123_OK.rawValue
      && mpg123_format(handle, rate, channels, encoding) == MPG123_OK.rawValue
    guard isOpen else {
      let why = String(cString: mpg123_strerror(handle))
      mpg123_delete(handle)
      throw AudioError(source: source, reason: .unreadable(why))
    }
    self.cursor = cursor
    self.handle = handle
    sampleRate = rate
    self.channels = Int(channels)
    mpg123_set_filesize(handle, off_t(bytes.size))
    let count = mpg123_length(handle)
    frameCount = count >= 0 ? Int(count) : nil
  }

  deinit {
    mpg123_delete(handle)
  }

  func read(into samples: inout [Float], frames: Int) -> Int {
    let frameBytes = channels * MemoryLayout<Float>.size
    var done = 0
    while done == 0, problem == nil {
      let status = samples.withUnsafeMutableBytes {
        mpg123_read(handle, $0.baseAddress, min(frames * frameBytes, $0.count), &done)
      }
      switch status {
      case MPG123_OK.rawValue, MPG123_NEW_FORMAT.rawValue: continue
      case MPG123_DONE.rawValue: return done / frameBytes
      default: problem = String(cString: mpg123_strerror(handle))
      }
    }
    return done / frameBytes
  }

  private static func open(_ handle: OpaquePointer, over cursor: ByteCursor) -> Bool {
    let status = mpg123_replace_reader_handle(
      handle,
      { user, target, count in MPEGDecoder.cursor(user)?.read(target, count) ?? 0 },
      { user, offset, origin in
        off_t(MPEGDecoder.cursor(user)?.seek(Int(offset), from: SeekBase(origin)) ?? -1)
      },
      nil)
    guard status == MPG123_OK.rawValue else { return false }
    return mpg123_open_handle(handle, Unmanaged.passUnretained(cursor).toOpaque()) == MPG123_OK.rawValue
  }

  private static func cursor(_ pointer: UnsafeMutableRawPointer?) -> ByteCursor? {
    pointer.map { Unmanaged<ByteCursor>.fromOpaque($0).takeUnretainedValue() }
  }
}

extension SeekBase {
  /// Creates the origin from C's `SEEK_…` constant.
  init(_ origin: Int32) {
    switch origin {
    case SEEK_CUR: self = .current
    case SEEK_END: self = .end
    default: self = .start
    }
  }
}
