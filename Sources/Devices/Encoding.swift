/// What an encoder gave for a stretch of an utterance.
public struct Encoding: Sendable {
  /// [width, count], row-major: only the frames that are valid.
  public var values: [Float]
  /// Numbers of an encoder frame.
  public let width: Int
  /// Encoder frames.
  public let count: Int

  public init(values: [Float], width: Int, count: Int) {
    precondition(values.count == width * count)
    self.values = values
    self.width = width
    self.count = count
  }

  /// Whether all numbers are numbers. A device that fails may answer with NaN instead of an error.
  var isFinite: Bool {
    // A sum of products with zero is zero, unless one of them is no number.
    values.reduce(into: Float(0)) { $0 += $1 * 0 } == 0
  }
}

/// An encoding, and how it came about.
public struct EncoderOutput: Sendable {
  public var encoding: Encoding
  /// The device that ran it.
  public var accelerator: DeviceID
  /// Where it ran, as the runtime says.
  public var device: String
  public var shape: EncoderShape
  /// Whether the network came from the cache of compiled networks when it was loaded.
  public var isFromCache: Bool
  /// Why it did not run as wanted; `nil` if it did.
  public var fallbackReason: String?
  /// Seconds that the encoder ran.
  public var seconds: Double
}
