internal import Glibc

/// Reads recordings (WAV, FLAC, Ogg Vorbis and Opus, MP3 and other formats of libsndfile) piece by piece in the
/// format of speech features: 16 kHz, mono, in [-1, 1].
public struct AudioReader: ~Copyable {
  /// The file's path, or "standard input".
  public let source: String
  /// The duration according to the header, in seconds; infinite if it is not declared.
  public let seconds: Double

  private let recording: Recording
  private let sampleRate: Int
  private let channels: Int
  private var framesRead = 0
  private var mix: ChannelMix
  private var resampler: Resampler?
  private var interleaved: [Float]
  private var ended = false

  /// The number of frames read at a time.
  private static let chunk = 16_384
  /// The magnitude beyond which a sample is invalid; values a little above 1 are usual in float recordings.
  private static let loudest: Float = 65_536

  /// Opens a recording and reads its header.
  ///
  /// - Parameter path: A file, a pipe, or "-" for standard input.
  /// - Throws: ``AudioError`` if it cannot be opened or is not supported.
  public init(path: String) throws(AudioError) {
    let source = path == "-" ? "standard input" : path
    try self.init(Recording(path: path, source: source), source: source)
  }

  /// Opens a recording in memory.
  ///
  /// - Parameter name: The name of the file, for errors.
  public init(_ bytes: [UInt8], name: String) throws(AudioError) {
    guard !bytes.isEmpty else { throw AudioError(source: name, reason: .empty) }
    try self.init(Recording(MemoryBytes(bytes), path: name, source: name), source: name)
  }

  /// Opens a recording in an open file. The reader uses a copy of the descriptor, and does not move its position.
  ///
  /// - Parameters:
  ///   - size: The length of the file, in bytes.
  ///   - name: The name of the file, for errors.
  public init(descriptor: Int32, size: Int, name: String) throws(AudioError) {
    let bytes = FileBytes(descriptor: fcntl(descriptor, F_DUPFD_CLOEXEC, 0), size: size)
    try self.init(Recording(bytes, path: name, source: name), source: name)
  }

  /// Opens a recording in another source of bytes.
  ///
  /// - Parameter name: The name of the file, for errors.
  public init(_ bytes: some ByteSource, name: String) throws(AudioError) {
    try self.init(Recording(bytes, path: name, source: name), source: name)
  }

  private init(_ recording: Recording, source: String) throws(AudioError) {
    let (sampleRate, channels) = (recording.decoder.sampleRate, recording.decoder.channels)
    if let refusal = PCMFormat.refusal(sampleRate: sampleRate, channels: channels) {
      throw AudioError(source: source, reason: .unsupported("has \(refusal)"))
    }
    let resampler = try Resampler.toSpeech(from: sampleRate, source: source)
    seconds = recording.decoder.frameCount.map { Double($0) / Double(sampleRate) } ?? .infinity
    interleaved = Array(repeating: 0, count: Self.chunk * channels)
    self.source = source
    self.recording = recording
    self.sampleRate = sampleRate
    self.channels = channels
    mix = ChannelMix(channels: channels, sampleRate: sampleRate)
    self.resampler = resampler
  }

  /// The index of the channel used alone because the channels cancel each other; `nil` as long as they do not.
  public var loudestChannel: Int? { mix.loudestChannel }

  /// Returns the next samples, about a second at a time and occasionally none; `nil` at the end.
  ///
  /// - Throws: ``AudioError`` if the recording is damaged, incomplete or has invalid samples.
  public mutating func next() throws(AudioError) -> [Float]? {
    guard !ended else { return nil }
    let count = recording.decoder.read(into: &interleaved, frames: Self.chunk)
    guard count > 0 else {
      ended = true
      try checkEnd()
      let last = try resampler.speech(mix.finish())
      return last + (try resampler.rest())
    }
    try checkSound(count)
    let samples = mix.append(interleaved[..<(count * channels)])
    framesRead += count
    return try resampler.speech(samples)
  }

  private func checkSound(_ count: Int) throws(AudioError) {
    for frame in 0..<count {
      var sum: Float = 0
      var greatest: Float = 0
      for value in interleaved[frame * channels..<(frame + 1) * channels] {
        sum += value
        greatest = max(greatest, abs(value))
      }
      let mean = sum / Float(channels)
      // The comparison is false for NaN. Values that cancel each other are checked one by one.
      if abs(mean) <= Self.loudest, greatest <= Self.loudest * Float(channels) { continue }
      let wrong = abs(mean) <= Self.loudest ? greatest : mean
      let second = Double(framesRead + frame) / Double(sampleRate)
      throw AudioError(
        source: source,
        reason: wrong.isNaN ? .notANumber(atSecond: second) : .outOfRange(wrong, atSecond: second))
    }
  }

  /// Throws if audio is missing: decoders stop early in a damaged file without an error.
  private func checkEnd() throws(AudioError) {
    if let problem = recording.decoder.problem {
      throw AudioError(source: source, reason: .unreadable(problem))
    }
    let found = Double(framesRead) / Double(sampleRate)
    if let missing = recording.missing(foundSeconds: found, foundFrames: framesRead) {
      throw AudioError(source: source, reason: missing)
    }
  }
}
