internal import SpeechFeatures

/// The settings that determine where and how the networks run.
public struct ComputeSettings: Sendable, Equatable {
  /// The device that runs the encoder.
  public var device: DeviceChoice
  /// The precision of the networks.
  public var precision: Precision
  /// The lengths of the buckets that are loaded at start, in seconds; `nil` for the defaults of the device.
  public var buckets: [Double]?
  /// The lengths of the buckets that are loaded on first use, in seconds; `nil` for the defaults of the device.
  public var lazyBuckets: [Double]?
  /// The most audio that is encoded in one piece, in seconds. The largest bucket limits it further.
  public var windowSeconds = 30.0
  /// The most feature frames that are encoded in one piece.
  public var windowFrames: Int { Int((windowSeconds * Double(LogMelExtractor.frameRate)).rounded()) }
  /// The limits on loaded encoders.
  public var encoderCacheLimits = EncoderCacheLimits()
  /// The behavior when the device cannot be used.
  public var fallback = Fallback.auto
  /// The device that runs the prediction and joint networks.
  public var decoderDevice = DeviceChoice.cpu
  /// OpenVINO properties for the encoder; they override Lorikeet's own.
  public var properties: [String: String] = [:]
  /// The timeout for one encoder run on an accelerator, in seconds; a longer run is taken to hang.
  public var inferenceSeconds = 10.0
  /// True if a device must recognize a known recording before it is used.
  public var isSelfTested = true
  /// The directory that keeps compiled networks for the next start; `nil` to compile each time.
  public var cacheDirectory: String?
  /// The directory that keeps prepared models for the next start; `nil` to prepare in memory each time.
  public var preparedDirectory: String?

  /// Creates settings; all others have their defaults.
  public init(
    device: DeviceChoice = .auto, precision: Precision = .auto, cacheDirectory: String? = nil,
    preparedDirectory: String? = nil
  ) {
    self.device = device
    self.precision = precision
    self.cacheDirectory = cacheDirectory
    self.preparedDirectory = preparedDirectory
  }

  /// True if no other device than the processor can be used.
  var usesProcessorOnly: Bool {
    device == .cpu && [.auto, .cpu].contains(decoderDevice)
  }

  /// Checks the lengths of the buckets.
  ///
  /// - Throws: An error if a length is out of range, listed twice, or no bucket is eager.
  public func checkBuckets() throws(DeviceError) {
    _ = try shapes(for: .npu)
  }

  /// Returns the configured buckets, or the defaults on an accelerator; `nil` for a network with a dynamic shape.
  func shapes(for device: DeviceID) throws(DeviceError) -> EncoderShapes? {
    let isAccelerator = !device.isProcessor
    guard isAccelerator || buckets != nil || lazyBuckets != nil else { return nil }
    func made(_ seconds: [Double]) throws(DeviceError) -> [Bucket] {
      var buckets: [Bucket] = []
      for seconds in seconds { buckets.append(try Bucket(seconds: seconds)) }
      return buckets
    }
    let lazy = try made(lazyBuckets ?? (buckets == nil ? Self.usualLazyBuckets : []))
    var eager = try made(buckets ?? Self.usualBuckets(on: device.kind))
    if buckets == nil { eager.removeAll { lazy.contains($0) } }
    return try EncoderShapes(eager: eager, lazy: lazy)
  }

  /// The default eager buckets, in seconds. Most commands take up to three seconds, the others five. Each bucket has a
  /// copy of the weights, which on an NPU have eight bits.
  public static func usualBuckets(on kind: DeviceID.Kind) -> [Double] {
    kind == .npu ? [3, 5, 20] : [5, 20]
  }
  /// The default lazy buckets, in seconds.
  public static let usualLazyBuckets = [10.0, 30.0]
}

/// The behavior when the device cannot be used.
public enum Fallback: String, Sendable, CaseIterable {
  /// A device chosen by name must work at start; if it fails later, the processor replaces it.
  case auto
  /// The processor replaces the device, also at start.
  case cpu
  /// There is no replacement: an utterance that the device cannot recognize is an error.
  case none
}
