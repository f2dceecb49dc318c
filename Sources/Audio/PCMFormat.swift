/// The format of uncompressed audio: little-endian integers, channels interleaved.
public struct PCMFormat: Sendable, Equatable {
  /// The sample rate of each channel, in hertz.
  public let sampleRate: Int
  /// The sample width: 1 (unsigned, as in WAV files), 2, 3 or 4 bytes (signed).
  public let bytesPerSample: Int
  /// The number of channels.
  public let channels: Int

  /// The accepted sample rates, in hertz.
  public static let sampleRates = 1_000...384_000
  /// The accepted numbers of channels.
  public static let channelCounts = 1...64

  /// Bytes per frame, one sample of every channel.
  public var bytesPerFrame: Int { bytesPerSample * channels }

  /// Creates a format.
  ///
  /// - Throws: An ``AudioError`` with the first value that is not supported.
  public init(sampleRate: Int, bytesPerSample: Int, channels: Int) throws(AudioError) {
    let refusal = Self.refusal(sampleRate: sampleRate, bytesPerSample: bytesPerSample, channels: channels)
    if let refusal { throw AudioError(source: nil, reason: .unsupported(refusal)) }
    self.sampleRate = sampleRate
    self.bytesPerSample = bytesPerSample
    self.channels = channels
  }

  /// Returns the first value that is not supported, with the accepted ones; `nil` if all are.
  static func refusal(sampleRate: Int, bytesPerSample: Int = 4, channels: Int) -> String? {
    if !sampleRates.contains(sampleRate) {
      return
        "a sample rate of \(sampleRate) Hz, expected \(sampleRates.lowerBound) to \(sampleRates.upperBound)"
    }
    if !(1...4).contains(bytesPerSample) {
      return "a sample width of \(bytesPerSample) bytes, expected 1 to 4"
    }
    if !channelCounts.contains(channels) {
      return "\(channels) channels, expected 1 to \(channelCounts.upperBound)"
    }
    return nil
  }
}
