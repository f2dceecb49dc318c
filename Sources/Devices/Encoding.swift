/// The output of an encoder for a part of an utterance.
public struct Encoding: Sendable {
  /// The values of the valid frames: [width, count], row-major.
  public var values: [Float]
  /// The number of values in an encoder frame.
  public let width: Int
  /// The number of encoder frames.
  public let count: Int

  /// Creates an encoding of `count` frames with `width` values each.
  public init(values: [Float], width: Int, count: Int) {
    precondition(values.count == width * count)
    self.values = values
    self.width = width
    self.count = count
  }

  /// True if no value is NaN or infinite. A device that fails can return NaN instead of an error.
  var isFinite: Bool {
    // A sum of products with zero is zero, unless a factor is NaN or infinite.
    values.reduce(into: Float(0)) { $0 += $1 * 0 } == 0
  }
}

/// An encoding, and the circumstances of its run.
public struct EncoderOutput: Sendable {
  /// The encoding.
  public var encoding: Encoding
  /// The device that ran the encoder.
  public var accelerator: DeviceID
  /// The device that ran the encoder, as the runtime reports it.
  public var device: String
  /// The shape of the encoder.
  public var shape: EncoderShape
  /// True if the network came from the cache of compiled networks when it was loaded.
  public var isFromCache: Bool
  /// The reason for a fallback to another device or shape; `nil` if there was none.
  public var fallbackReason: String?
  /// The run time of the encoder, in seconds.
  public var seconds: Double
}
