/// Where and how the networks run.
public struct ComputeSettings: Sendable, Equatable {
  public var device: DeviceChoice
  public var precision: Precision
  /// Seconds of the static shapes that are loaded at start; `nil` for what the device does best.
  public var buckets: [Double]?
  /// Seconds of those that are loaded when they are needed; `nil` for what the device does best.
  public var lazyBuckets: [Double]?
  /// Seconds of audio that are encoded in one piece at most, and not more than the largest bucket holds.
  public var windowSeconds = 30.0
  /// How much may stay loaded.
  public var encoderCacheLimits = EncoderCacheLimits()
  public var fallback = Fallback.auto
  /// Where prediction and joint network run.
  public var decoderDevice = DeviceChoice.cpu
  /// OpenVINO's properties for the encoder, over those that Lorikeet sets.
  public var properties: [String: String] = [:]
  /// Seconds that a run of the encoder may take on an accelerator; one that takes longer hangs.
  public var inferenceSeconds = 10.0
  /// Whether a device must recognize a known recording before it is used.
  public var isSelfTested = true
  /// Where compiled networks are kept for the next start; `nil` to compile each time.
  public var cacheDirectory: String?
  /// Where prepared models are kept for the next start; `nil` to prepare in memory each time.
  public var preparedDirectory: String?

  public init(
    device: DeviceChoice = .auto, precision: Precision = .auto, cacheDirectory: String? = nil,
    preparedDirectory: String? = nil
  ) {
    self.device = device
    self.precision = precision
    self.cacheDirectory = cacheDirectory
    self.preparedDirectory = preparedDirectory
  }

  /// Refuses buckets that cannot be.
  public func checkBuckets() throws(BucketError) {
    _ = try shapes(for: .npu)
  }

  /// The static shapes asked for, or else an accelerator's own; `nil` for a network of any shape.
  func shapes(for device: DeviceID) throws(BucketError) -> EncoderShapes? {
    let isAccelerator = !device.isProcessor
    guard isAccelerator || buckets != nil || lazyBuckets != nil else { return nil }
    func made(_ seconds: [Double]) throws(BucketError) -> [Bucket] {
      var buckets: [Bucket] = []
      for seconds in seconds { buckets.append(try Bucket(seconds: seconds)) }
      return buckets
    }
    let lazy = try made(lazyBuckets ?? (buckets == nil ? Self.usualLazyBuckets : []))
    var eager = try made(buckets ?? Self.usualBuckets)
    if buckets == nil { eager.removeAll { lazy.contains($0) } }
    return try EncoderShapes(eager: eager, lazy: lazy)
  }

  /// A command is said in five seconds; each bucket holds its own copy of the weights.
  public static let usualBuckets = [5.0, 20.0]
  public static let usualLazyBuckets = [10.0, 30.0]
}

/// What happens when the device cannot be used.
public enum Fallback: String, Sendable, CaseIterable {
  /// A device that was asked for by name has to be there at start; when it fails later, the processor stands in.
  case auto
  /// The processor stands in, at start, too.
  case cpu
  /// Nothing stands in: an utterance that the device cannot do is an error.
  case none
}
