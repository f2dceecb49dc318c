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
  public init(seconds: Double) throws(DeviceError) {
    guard seconds.isFinite, Self.seconds.contains(seconds) else { throw .bucketOutOfRange(seconds) }
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
