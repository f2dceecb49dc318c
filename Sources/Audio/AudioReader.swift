/// Reads recordings (WAV, FLAC, Ogg Vorbis and Opus, MP3 and what else libsndfile knows) as speech features
/// need them: 16 kHz, mono, in [-1, 1], a piece at a time.
public struct AudioReader: ~Copyable {
  /// The file's name, or "standard input".
  public let source: String
  /// Seconds of audio, as the file says; infinite if it does not.
  public let seconds: Double

  private let recording: Recording
  private let sampleRate: Int
  private let channels: Int
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
    let recording = try Recording(path: path, source: source)
    let (sampleRate, channels) = (recording.decoder.sampleRate, recording.decoder.channels)
    do throws(PCMFormatError) {
      _ = try PCMFormat(sampleRate: sampleRate, bytesPerSample: 4, channels: channels)
    } catch {
      throw AudioError(source: source, reason: .unsupported("has \(error)"))
    }
    let resampler = try Resampler.toSpeech(from: sampleRate, source: source)
    seconds = recording.decoder.frameCount.map { Double($0) / Double(sampleRate) } ?? .infinity
    interleaved = Array(repeating: 0, count: Self.chunk * channels)
    self.source = source
    self.recording = recording
    self.sampleRate = sampleRate
    self.channels = channels
    self.resampler = resampler
  }

  /// The next samples; `nil` at the end. About a second at a time, seldom none.
  public mutating func next() throws(AudioError) -> [Float]? {
    guard !ended else { return nil }
    let count = recording.decoder.read(into: &interleaved, frames: Self.chunk)
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

  /// Decoders end a damaged file early, as if it were done.
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
