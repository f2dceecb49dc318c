/// The shape that an encoder was compiled for.
public enum EncoderShape: Sendable, Hashable, CustomStringConvertible {
  /// One network for any number of frames.
  case dynamic
  case bucket(Bucket)

  public var bucket: Bucket? {
    if case .bucket(let bucket) = self { bucket } else { nil }
  }

  public var description: String { bucket.map { "bucket of \($0)" } ?? "dynamic shape" }
}

/// The shapes in which a device runs the encoder.
public struct EncoderShapes: Sendable, Equatable {
  /// Loaded at start and kept, the smallest first.
  public let eager: [EncoderShape]
  /// Loaded when they are needed, the smallest first.
  public let lazy: [EncoderShape]
  /// The most frames that fit in any of them.
  public let limit: Int

  /// One network for all lengths.
  ///
  /// - Parameter limit: Feature frames from which on an utterance is cut.
  public static func dynamic(limit: Int) -> EncoderShapes {
    EncoderShapes(eager: [.dynamic], lazy: [], limit: limit)
  }

  /// Buckets, in any order.
  public init(eager: [Bucket], lazy: [Bucket]) throws(BucketError) {
    var seen: Set<Bucket> = []
    for bucket in eager + lazy where !seen.insert(bucket).inserted { throw .twice(bucket) }
    guard !eager.isEmpty else { throw .noneAtStart }
    self.init(
      eager: eager.sorted().map(EncoderShape.bucket), lazy: lazy.sorted().map(EncoderShape.bucket),
      limit: seen.map(\.frames).max() ?? 0)
  }

  private init(eager: [EncoderShape], lazy: [EncoderShape], limit: Int) {
    self.eager = eager
    self.lazy = lazy
    self.limit = limit
  }

  /// The shapes that can hold so many frames, the smallest first.
  public func holding(_ frames: Int) -> [EncoderShape] {
    (eager + lazy).filter { ($0.bucket?.frames ?? limit) >= frames }
      .sorted { ($0.bucket?.frames ?? limit) < ($1.bucket?.frames ?? limit) }
  }
}
