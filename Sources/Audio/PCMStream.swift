/// Audio on its way from a client's format to what speech features need: 16 kHz, mono, in [-1, 1].
public struct PCMStream: ~Copyable {
  /// Samples a second of what comes out.
  public static let sampleRate = 16_000

  public let format: PCMFormat
  private var decoder: PCMDecoder
  private var mix: ChannelMix
  private var resampler: Resampler?

  public init(format: PCMFormat) throws(AudioError) {
    self.format = format
    decoder = PCMDecoder(format: format)
    mix = ChannelMix(channels: format.channels, sampleRate: format.sampleRate)
    resampler = try Resampler.toSpeech(from: format.sampleRate, source: "the audio stream")
  }

  /// The channel that is taken alone because the channels cancel each other, from 0; `nil` as long as they do not.
  public var loudestChannel: Int? { mix.loudestChannel }

  /// The samples that are ready after `bytes` have come in; bytes may be cut anywhere.
  public mutating func append(_ bytes: Span<UInt8>) throws(AudioError) -> [Float] {
    let samples = mix.append(decoder.append(bytes)[...])
    return try resampler.speech(samples, source: "the audio stream")
  }

  /// The last samples.
  public mutating func finish() throws(AudioError) -> [Float] {
    let last = try resampler.speech(mix.finish(), source: "the audio stream")
    return last + (try resampler.rest(source: "the audio stream"))
  }
}

extension Resampler {
  /// A resampler to the rate of speech features, `nil` where the rate is right already.
  static func toSpeech(from sampleRate: Int, source: String) throws(AudioError) -> Resampler? {
    guard sampleRate != PCMStream.sampleRate else { return nil }
    do {
      return try Resampler(from: sampleRate, to: PCMStream.sampleRate)
    } catch {
      throw AudioError(source: source, reason: .unreadable(error.message))
    }
  }
}

extension Optional where Wrapped == Resampler {
  /// The samples at the rate of speech features that are ready after `samples`.
  mutating func speech(_ samples: [Float], source: String) throws(AudioError) -> [Float] {
    guard var resampler = take() else { return samples }
    do throws(ResamplerError) {
      let result = try resampler.append(samples)
      self = consume resampler
      return result
    } catch {
      throw AudioError(source: source, reason: .unreadable(error.message))
    }
  }

  /// What was held back at the end.
  mutating func rest(source: String) throws(AudioError) -> [Float] {
    guard var resampler = take() else { return [] }
    do throws(ResamplerError) {
      return try resampler.finish()
    } catch {
      throw AudioError(source: source, reason: .unreadable(error.message))
    }
  }
}
