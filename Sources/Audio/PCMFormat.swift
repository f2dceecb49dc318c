/// How uncompressed audio is laid out: little-endian integers, channels interleaved.
public struct PCMFormat: Sendable, Equatable {
  /// Samples a second and channel.
  public let sampleRate: Int
  /// 1 (unsigned, as in WAV files), 2, 3 or 4 (signed).
  public let bytesPerSample: Int
  public let channels: Int

  public static let sampleRates = 1_000...384_000
  public static let channelCounts = 1...64

  /// Bytes of one moment, all channels.
  public var bytesPerFrame: Int { bytesPerSample * channels }

  public init(sampleRate: Int, bytesPerSample: Int, channels: Int) throws(PCMFormatError) {
    guard Self.sampleRates.contains(sampleRate) else { throw .sampleRate(sampleRate) }
    guard (1...4).contains(bytesPerSample) else { throw .bytesPerSample(bytesPerSample) }
    guard Self.channelCounts.contains(channels) else { throw .channels(channels) }
    self.sampleRate = sampleRate
    self.bytesPerSample = bytesPerSample
    self.channels = channels
  }
}

/// A value that no usable audio has.
public enum PCMFormatError: Error, Sendable, Equatable, CustomStringConvertible {
  case sampleRate(Int)
  case bytesPerSample(Int)
  case channels(Int)

  public var description: String {
    switch self {
    case .sampleRate(let value):
      "a sample rate of \(value) Hz, expected \(PCMFormat.sampleRates.lowerBound) to \(PCMFormat.sampleRates.upperBound)"
    case .bytesPerSample(let value): "a sample width of \(value) bytes, expected 1 to 4"
    case .channels(let value): "\(value) channels, expected 1 to \(PCMFormat.channelCounts.upperBound)"
    }
  }
}
