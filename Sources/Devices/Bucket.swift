/// A static shape of the encoder: a fixed number of feature frames, whatever the length of an utterance.
public struct Bucket: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number of log-mel frames, one per 10 ms.
  public let frames: Int

  /// Creates a bucket of a number of frames, 1 or more.
  public init(frames: Int) {
    precondition(frames > 0)
    self.frames = frames
  }

  /// Creates a bucket for a duration of audio.
  ///
  /// - Parameter seconds: The duration in seconds; a frame is a hundredth of a second.
  public init(seconds: Double) throws(BucketError) {
    guard seconds.isFinite, Self.seconds.contains(seconds) else { throw .outOfRange(seconds) }
    self.init(frames: Int((seconds * 100).rounded()))
  }

  /// The permitted lengths in seconds: attention over more than a minute takes gigabytes.
  public static let seconds = 0.5...60.0

  /// The length in seconds.
  public var seconds: Double { Double(frames) / 100 }

  public var description: String {
    seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }

  /// Returns true if the first bucket is the shorter one.
  public static func < (one: Bucket, other: Bucket) -> Bool { one.frames < other.frames }
}

/// An error in the lengths of buckets.
public enum BucketError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The length, in seconds, is too small or too large.
  case outOfRange(Double)
  /// The bucket is listed more than once.
  case twice(Bucket)
  /// There is no eager bucket.
  case noneAtStart

  public var description: String {
    switch self {
    case .outOfRange(let seconds):
      "a bucket of \(seconds) s; expected \(Bucket.seconds.lowerBound) to \(Bucket.seconds.upperBound)"
    case .twice(let bucket): "the bucket of \(bucket) is listed twice"
    case .noneAtStart: "no bucket is compiled at start; give at least one"
    }
  }
}
