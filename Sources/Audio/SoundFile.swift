internal import CSndFile
internal import Synchronization

/// Decodes with libsndfile, which reads the bytes by random access.
final class SoundFile: AudioDecoder {
  let sampleRate: Int
  let channels: Int
  let frameCount: Int?
  let countIsExact: Bool
  private let handle: OpaquePointer
  /// The bytes that libsndfile reads, which must live as long as the handle.
  private let cursor: ByteCursor

  /// The reason why libsndfile does not open a file.
  struct Refusal {
    /// libsndfile's error number.
    let code: Int
    let problem: String

    /// True if the format is unknown.
    var isUnknownFormat: Bool { code == Int(SF_ERR_UNRECOGNISED_FORMAT) }
    /// True if the container is known but not its codec.
    var isUnknownCodec: Bool { code == Int(SF_ERR_UNSUPPORTED_ENCODING) }
  }

  /// The result of opening a file.
  enum Opening {
    case opened(SoundFile)
    case refused(Refusal)
  }

  /// Opens a recording.
  ///
  /// - Parameter headerless: The format of bytes without a header.
  static func open(_ bytes: any ByteSource, headerless: HeaderlessFormat? = nil) -> Opening {
    let cursor = ByteCursor(bytes)
    var info = SF_INFO()
    if let headerless {
      info.format = headerless.format
      info.samplerate = headerless.rate
      info.channels = 1
    }
    var handle: OpaquePointer?
    var refusal: Refusal?
    // One at a time: libsndfile stores the reason of a failure in a process-wide variable.
    opening.withLock { _ in
      handle = Self.open(cursor, &info)
      if handle == nil {
        refusal = Refusal(code: Int(sf_error(nil)), problem: String(cString: sf_strerror(nil)))
      }
    }
    guard let handle else { return .refused(refusal ?? Refusal(code: 0, problem: "it cannot be opened")) }
    return .opened(SoundFile(handle, reading: cursor, info))
  }

  private init(_ handle: OpaquePointer, reading cursor: ByteCursor, _ info: SF_INFO) {
    self.handle = handle
    self.cursor = cursor
    sampleRate = Int(info.samplerate)
    channels = Int(info.channels)
    // A file written to a pipe has the maximum count.
    frameCount = info.frames < .max ? Int(info.frames) : nil
    // Lossy codecs only estimate the count.
    let container = info.format & Int32(SF_FORMAT_TYPEMASK)
    let isEstimate = [SF_FORMAT_OGG, SF_FORMAT_MPEG].contains { Int32($0) == container }
    countIsExact = !isEstimate && info.frames < .max
  }

  deinit {
    sf_close(handle)
  }

  private static let opening = Mutex<Void>(())

  func read(into samples: inout [Float], frames: Int) -> Int {
    max(0, Int(sf_readf_float(handle, &samples, sf_count_t(frames))))
  }

  var problem: String? {
    guard sf_error(handle) != 0 else { return nil }
    // A stream of unknown length can end within a packet.
    if frameCount == nil, cursor.isAtEnd { return nil }
    return String(cString: sf_strerror(handle))
  }

  private static func open(_ cursor: ByteCursor, _ info: inout SF_INFO) -> OpaquePointer? {
    var calls = SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(SoundFile.cursor($0)?.source.size ?? 0) },
      seek: { offset, origin, user in
        sf_count_t(SoundFile.cursor(user)?.seek(Int(offset), from: SeekBase(origin)) ?? 0)
      },
      read: { target, count, user in sf_count_t(SoundFile.cursor(user)?.read(target, Int(count)) ?? 0) },
      write: { _, _, _ in 0 },
      tell: { sf_count_t(SoundFile.cursor($0)?.position ?? 0) })
    return sf_open_virtual(&calls, Int32(SFM_READ), &info, Unmanaged.passUnretained(cursor).toOpaque())
  }

  private static func cursor(_ pointer: UnsafeMutableRawPointer?) -> ByteCursor? {
    pointer.map { Unmanaged<ByteCursor>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// The format of headerless telephone audio, known from the file name only.
struct HeaderlessFormat {
  /// libsndfile's number of the format.
  let format: Int32
  /// The sample rate, in hertz.
  let rate: Int32

  init?(path: String) {
    switch path.split(separator: ".").last?.lowercased() {
    case "vox", "vox8": self.init(SF_FORMAT_VOX_ADPCM, rate: 8_000)
    case "vox6": self.init(SF_FORMAT_VOX_ADPCM, rate: 6_000)
    case "gsm": self.init(SF_FORMAT_GSM610, rate: 8_000)
    case "au", "snd": self.init(SF_FORMAT_ULAW, rate: 8_000)
    default: return nil
    }
  }

  private init(_ codec: Int, rate: Int32) {
    format = Int32(SF_FORMAT_RAW | codec)
    self.rate = rate
  }
}
