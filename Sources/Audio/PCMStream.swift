/// Converts a client's audio to the format of speech features: 16 kHz, mono, in [-1, 1].
public struct PCMStream: ~Copyable {
  /// The output sample rate, in hertz.
  public static let sampleRate = 16_000

  /// The input format.
  public let format: PCMFormat
  private var decoder: PCMDecoder
  private var mix: ChannelMix
  private var resampler: Resampler?

  /// Creates a stream.
  ///
  /// - Throws: ``AudioError`` if the resampler cannot be created.
  public init(format: PCMFormat) throws(AudioError) {
    self.format = format
    decoder = PCMDecoder(format: format)
    mix = ChannelMix(channels: format.channels, sampleRate: format.sampleRate)
    resampler = try Resampler.toSpeech(from: format.sampleRate, source: "the audio stream")
  }

  /// The index of the channel used alone because the channels cancel each other; `nil` as long as they do not.
  public var loudestChannel: Int? { mix.loudestChannel }

  /// Appends bytes, which can be split anywhere, and returns the output samples that are ready.
  public mutating func append(_ bytes: Span<UInt8>) throws(AudioError) -> [Float] {
    let samples = mix.append(decoder.append(bytes)[...])
    return try resampler.speech(samples)
  }

  /// Returns the last samples at the end of the stream.
  public mutating func finish() throws(AudioError) -> [Float] {
    let last = try resampler.speech(mix.finish())
    return last + (try resampler.rest())
  }
}

extension Resampler {
  /// Creates a resampler to the rate of speech features; `nil` if the rate is that already.
  static func toSpeech(from sampleRate: Int, source: String) throws(AudioError) -> Resampler? {
    guard sampleRate != PCMStream.sampleRate else { return nil }
    return try Resampler(from: sampleRate, to: PCMStream.sampleRate, source: source)
  }
}

extension Optional where Wrapped == Resampler {
  /// Appends samples and returns those that are ready at the rate of speech features.
  mutating func speech(_ samples: [Float]) throws(AudioError) -> [Float] {
    guard var resampler = take() else { return samples }
    let result = try resampler.append(samples)
    self = consume resampler
    return result
  }

  /// Returns the delayed samples at the end.
  mutating func rest() throws(AudioError) -> [Float] {
    guard var resampler = take() else { return [] }
    return try resampler.finish()
  }
}
