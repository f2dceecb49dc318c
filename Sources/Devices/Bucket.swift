/// A static shape of the encoder: so many feature frames, whatever an utterance has.
public struct Bucket: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Log-mel frames, one each 10 ms.
  public let frames: Int

  public init(frames: Int) {
    precondition(frames > 0)
    self.frames = frames
  }

  /// - Parameter seconds: Of audio; a hundredth of a second is a frame.
  public init(seconds: Double) throws(BucketError) {
    guard seconds.isFinite, Self.seconds.contains(seconds) else { throw .outOfRange(seconds) }
    self.init(frames: Int((seconds * 100).rounded()))
  }

  /// What a bucket may hold: attention over more than a minute takes gigabytes.
  public static let seconds = 0.5...60.0

  public var seconds: Double { Double(frames) / 100 }

  public var description: String {
    seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }

  public static func < (one: Bucket, other: Bucket) -> Bool { one.frames < other.frames }
}

/// Why there can be no such bucket.
public enum BucketError: Error, Sendable, Equatable, CustomStringConvertible {
  case outOfRange(Double)
  case twice(Bucket)
  case noneAtStart

  public var description: String {
    switch self {
    case .outOfRange(let seconds):
      "a bucket of \(seconds) s; expected \(Bucket.seconds.lowerBound) to \(Bucket.seconds.upperBound)"
    case .twice(let bucket): "the bucket of \(bucket) is there twice"
    case .noneAtStart: "no bucket that is compiled at start; name one at least"
    }
  }
}
