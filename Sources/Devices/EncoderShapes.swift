/// The shape that an encoder is compiled for.
public enum EncoderShape: Sendable, Hashable, CustomStringConvertible {
  /// One network for any number of frames.
  case dynamic
  /// A network for a fixed number of frames.
  case bucket(Bucket)

  /// The bucket; `nil` for the dynamic shape.
  public var bucket: Bucket? {
    if case .bucket(let bucket) = self { bucket } else { nil }
  }

  public var description: String { bucket.map { "bucket of \($0)" } ?? "dynamic shape" }
}

/// The shapes in which a device runs the encoder.
public struct EncoderShapes: Sendable, Equatable {
  /// The shapes that are loaded at start and kept, the smallest first.
  public let eager: [EncoderShape]
  /// The shapes that are loaded on first use, the smallest first.
  public let lazy: [EncoderShape]
  /// The most frames that fit into one of the shapes.
  public let limit: Int

  /// Returns the shapes of a device with one network for all lengths.
  ///
  /// - Parameter limit: The most feature frames in one piece; a longer utterance is cut.
  public static func dynamic(limit: Int) -> EncoderShapes {
    EncoderShapes(eager: [.dynamic], lazy: [], limit: limit)
  }

  /// Creates shapes from buckets in any order.
  public init(eager: [Bucket], lazy: [Bucket]) throws(DeviceError) {
    var seen: Set<Bucket> = []
    for bucket in eager + lazy where !seen.insert(bucket).inserted { throw .bucketListedTwice(bucket) }
    guard !eager.isEmpty else { throw .noEagerBucket }
    self.init(
      eager: eager.sorted().map(EncoderShape.bucket), lazy: lazy.sorted().map(EncoderShape.bucket),
      limit: seen.map(\.frames).max() ?? 0)
  }

  private init(eager: [EncoderShape], lazy: [EncoderShape], limit: Int) {
    self.eager = eager
    self.lazy = lazy
    self.limit = limit
  }

  /// Returns the shapes that can hold a number of frames, the smallest first.
  public func holding(_ frames: Int) -> [EncoderShape] {
    (eager + lazy).filter { ($0.bucket?.frames ?? limit) >= frames }
      .sorted { ($0.bucket?.frames ?? limit) < ($1.bucket?.frames ?? limit) }
  }
}
