/// An opened recording: its decoder, and its header's statement of the length.
struct Recording {
  let decoder: any AudioDecoder
  let promise: Promise
  /// The command that converts the recording, as far as it can be decoded, to another file.
  let conversion: String
  /// The number of bytes that are not audio according to the header, although their content is unknown.
  private(set) var unexplainedBytes = 0

  /// Opens a recording and looks at its header.
  ///
  /// - Parameters:
  ///   - path: A file, a pipe, or "-" for standard input.
  ///   - source: The name in errors.
  init(path: String, source: String) throws(AudioError) {
    self = try Self(try openBytes(path: path, source: source), path: path, source: source)
  }

  /// Looks at the header of a recording.
  ///
  /// - Parameter path: The name of the file, for the command that converts it.
  init(_ bytes: any ByteSource, path: String, source: String) throws(AudioError) {
    let bytes = Self.untagged(bytes)
    if let container = Container.find(in: bytes) ?? Container.mpeg(bytes, reach: 0) {
      self = try Self(container, in: bytes, path: path, source: source)
    } else if let name = ForeignFormat.name(of: bytes) {
      throw AudioError(source: source, reason: .foreign(name, path: path))
    } else {
      self = try Self(unknown: bytes, path: path, source: source)
    }
  }

  private init(decoder: any AudioDecoder, promise: Promise, path: String) {
    self.decoder = decoder
    self.promise = promise
    conversion = ForeignFormat.conversion(of: path)
  }

  /// Opens a recording in a container whose header is parsed here.
  private init(_ found: Container, in bytes: any ByteSource, path: String, source: String) throws(AudioError)
  {
    var (container, bytes) = (found, bytes)
    if found.isMPEG, found.parts.count == 1 {
      // The content of a WAV file's audio chunk is a stream with a separate count.
      bytes = SplicedBytes(bytes, ranges: found.parts[0])
      container = Container.mpeg(bytes, reach: 65_536) ?? Container(.unknown, in: bytes)
      container.isMPEG = true
      if found.promise.isCutOff { container.promise = found.promise }
    }
    var decoders: [any AudioDecoder] = []
    for ranges in container.parts {
      let part = SplicedBytes(bytes, ranges: ranges, patches: container.patches)
      if container.isMPEG {
        decoders.append(try MPEGDecoder(part, source: source))
        continue
      }
      switch SoundFile.open(part) {
      case .opened(let file): decoders.append(file)
      case .refused(let refusal):
        throw AudioError(source: source, reason: Self.reason(refusal, container.promise, bytes, path: path))
      }
    }
    guard let decoder = ChainedDecoder.chained(decoders) else {
      throw AudioError(
        source: source,
        reason: .foreign("changes its audio format midway", conversion: ForeignFormat.conversion(of: path)))
    }
    self.init(decoder: decoder, promise: container.promise, path: path)
  }

  /// Opens a recording in another container, without a container, or after junk.
  private init(unknown bytes: any ByteSource, path: String, source: String) throws(AudioError) {
    // A beginning like MPEG's means MPEG. libsndfile would accept it, but with warnings on the terminal.
    if bytes.number(at: 0, count: 2, .bigEndian).map({ $0 >= 0xFFE0 }) == true {
      var container = Container.mpeg(bytes, reach: Self.reach) ?? Container(.unknown, in: bytes)
      container.isMPEG = true
      self = try Self(container, in: bytes, path: path, source: source)
      return
    }
    let refusal: SoundFile.Refusal
    switch SoundFile.open(bytes) {
    case .opened(let file):
      self.init(decoder: file, promise: .frames, path: path)
      unexplainedBytes = bytes.has("fLaC", at: 0) ? 0 : bytes.size
      return
    case .refused(let reason): refusal = reason
    }
    if refusal.isUnknownFormat {
      if let container = Container.mpeg(bytes, reach: Self.reach) {
        self = try Self(container, in: bytes, path: path, source: source)
        return
      }
      if let format = HeaderlessFormat(path: path),
        case .opened(let file) = SoundFile.open(bytes, headerless: format)
      {
        self.init(decoder: file, promise: .frames, path: path)
        return
      }
    }
    throw AudioError(source: source, reason: Self.reason(refusal, .frames, bytes, path: path))
  }

  /// The distance within which MP3 is searched in a file, in bytes.
  private static let reach = 1 << 20

  /// Returns a helpful reason for an error of libsndfile.
  private static func reason(
    _ refusal: SoundFile.Refusal, _ promise: Promise, _ bytes: any ByteSource, path: String
  ) -> AudioError.Reason {
    if case .bytes(let promised, let found, _) = promise, found < promised {
      return .unreadable("it is cut off: its header promises \(promised) bytes of audio, found \(found)")
    }
    if promise.isCutOff, OggPage(at: 0, in: bytes) != nil, ForeignFormat.name(of: bytes) == nil {
      return .noEndMark(foundSeconds: nil, conversion: nil)
    }
    if let name = ForeignFormat.name(of: bytes) { return .foreign(name, path: path) }
    if refusal.isUnknownCodec {
      return .foreign("has an unsupported codec", conversion: ForeignFormat.conversion(of: path))
    }
    return .unknownFormat(refusal.problem)
  }

  /// Returns the recording without leading ID3 tags, which also precede formats other than MP3.
  private static func untagged(_ bytes: any ByteSource) -> any ByteSource {
    var start = 0
    while bytes.has("ID3", at: start) {
      let header = bytes.bytes(at: start, count: 10)
      guard header.count == 10, header[6...].allSatisfy({ $0 < 0x80 }) else { break }
      let length = header[6...].reduce(0) { $0 << 7 | Int($1) }
      let end = start + 10 + length + (header[5] & 0x10 != 0 ? 10 : 0)
      guard end < bytes.size else { break }
      start = end
    }
    return start == 0 ? bytes : SplicedBytes(bytes, ranges: [start..<bytes.size])
  }
}

extension AudioError.Reason {
  /// Returns the reason for a recognised format that is not supported.
  fileprivate static func foreign(_ name: String, path: String) -> AudioError.Reason {
    .foreign("is \(name), which is not supported", conversion: ForeignFormat.conversion(of: path))
  }
}
