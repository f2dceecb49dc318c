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
  /// - Throws: ``PCMFormatError`` for the first value out of range.
  public init(sampleRate: Int, bytesPerSample: Int, channels: Int) throws(PCMFormatError) {
    guard Self.sampleRates.contains(sampleRate) else { throw .sampleRate(sampleRate) }
    guard (1...4).contains(bytesPerSample) else { throw .bytesPerSample(bytesPerSample) }
    guard Self.channelCounts.contains(channels) else { throw .channels(channels) }
    self.sampleRate = sampleRate
    self.bytesPerSample = bytesPerSample
    self.channels = channels
  }
}

/// A value of an audio format outside its accepted range.
public enum PCMFormatError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A sample rate, in hertz.
  case sampleRate(Int)
  /// A sample width, in bytes.
  case bytesPerSample(Int)
  /// A number of channels.
  case channels(Int)

  /// The value and its accepted range.
  public var description: String {
    switch self {
    case .sampleRate(let value):
      "a sample rate of \(value) Hz, expected \(PCMFormat.sampleRates.lowerBound) to \(PCMFormat.sampleRates.upperBound)"
    case .bytesPerSample(let value): "a sample width of \(value) bytes, expected 1 to 4"
    case .channels(let value): "\(value) channels, expected 1 to \(PCMFormat.channelCounts.upperBound)"
    }
  }
}
