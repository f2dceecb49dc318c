internal import CSndFile
internal import Glibc

/// Reads recordings (WAV, FLAC, Ogg Vorbis and Opus, MP3 and what else libsndfile knows) as speech features
/// need them: 16 kHz, mono, in [-1, 1], a piece at a time.
public struct AudioReader: ~Copyable {
  /// The file's name, or "standard input".
  public let source: String
  /// Seconds of audio, as the file says; infinite if it does not.
  public let seconds: Double

  private let file: SoundFile
  private let sampleRate: Int
  private let channels: Int
  private let frameCount: Int
  private var framesRead = 0
  private var resampler: Resampler?
  private var interleaved: [Float]
  private var ended = false

  /// Frames read at a time.
  private static let chunk = 16_384
  /// Beyond this a sample is no audio; a little above 1 is usual in float recordings.
  private static let loudest: Float = 65_536

  /// Opens a recording.
  ///
  /// - Parameter path: A file, a pipe, or "-" for standard input.
  public init(path: String) throws(AudioError) {
    let source = path == "-" ? "standard input" : path
    let file = try SoundFile(path: path, source: source)
    let (sampleRate, channels) = (Int(file.info.samplerate), Int(file.info.channels))
    do throws(PCMFormatError) {
      _ = try PCMFormat(sampleRate: sampleRate, bytesPerSample: 4, channels: channels)
    } catch {
      throw AudioError(source: source, reason: .unsupported("has \(error)"))
    }
    let resampler = try Resampler.toSpeech(from: sampleRate, source: source)
    frameCount = Int(file.info.frames)
    seconds = frameCount == .max ? .infinity : Double(frameCount) / Double(sampleRate)
    interleaved = Array(repeating: 0, count: Self.chunk * channels)
    self.source = source
    self.file = file
    self.sampleRate = sampleRate
    self.channels = channels
    self.resampler = resampler
  }

  /// The next samples; `nil` at the end. About a second at a time, seldom none.
  public mutating func next() throws(AudioError) -> [Float]? {
    guard !ended else { return nil }
    let count = Int(sf_readf_float(file.handle, &interleaved, sf_count_t(Self.chunk)))
    guard count > 0 else {
      ended = true
      try checkEnd()
      return try resampler.rest(source: source)
    }
    let samples = try mono(count)
    framesRead += count
    return try resampler.speech(samples, source: source)
  }

  private func mono(_ count: Int) throws(AudioError) -> [Float] {
    var samples = [Float](repeating: 0, count: count)
    var sound = true
    for frame in 0..<count {
      var sum: Float = 0
      for channel in 0..<channels { sum += interleaved[frame * channels + channel] }
      let sample = channels == 1 ? sum : sum / Float(channels)
      samples[frame] = sample
      // False for a value that is not a number, too.
      sound = sound && abs(sample) <= Self.loudest
    }
    guard sound else { throw firstUnsound(in: samples) }
    return samples
  }

  private func firstUnsound(in samples: [Float]) -> AudioError {
    let index = samples.firstIndex { !(abs($0) <= Self.loudest) } ?? 0
    let second = Double(framesRead + index) / Double(sampleRate)
    return AudioError(
      source: source,
      reason: samples[index].isNaN
        ? .notANumber(atSecond: second) : .outOfRange(samples[index], atSecond: second))
  }

  /// libsndfile ends a damaged file early, as if it were done.
  private func checkEnd() throws(AudioError) {
    if sf_error(file.handle) != 0 {
      throw AudioError(source: source, reason: .unreadable(String(cString: sf_strerror(file.handle))))
    }
    if let header = file.waveHeader, header.isCutOff, let promised = header.promisedBytes {
      let rate = Double(max(1, header.bytesPerSecond))
      throw AudioError(
        source: source,
        reason: .truncated(
          promisedSeconds: Double(promised) / rate, foundSeconds: Double(header.foundBytes) / rate))
    }
    guard file.promisesExactly, framesRead < frameCount else { return }
    throw AudioError(
      source: source,
      reason: .truncated(promisedSeconds: seconds, foundSeconds: Double(framesRead) / Double(sampleRate)))
  }
}
