/// The limits of an HTTP server: sizes, numbers and durations that clients cannot exceed.
public struct HTTPLimits: Sendable, Equatable {
  /// The maximum length of a request's body, in bytes.
  public var bodyBytes = 1 << 30
  /// The maximum time of a request, in seconds.
  public var requestSeconds = 3600.0
  /// The maximum number of recordings that are recognized at the same time on one address.
  public var requests = 32
  /// The maximum number of clients on one address at the same time.
  public var connections = 256
  /// The time in seconds after which a client has stalled that is in the middle of a request, or does not read.
  public var stallSeconds = 30.0
  /// The time in seconds after which a connection without a request is closed.
  public var idleSeconds = 300.0
  /// The maximum time from the end of an utterance to its transcript, in seconds, and of the wait for the model.
  public var deadlineSeconds = 60.0
  /// The maximum length of an utterance of the realtime socket, in seconds.
  public var utteranceSeconds = 300.0

  /// The maximum length of a request's headers, in bytes.
  static let headerBytes = 65_536
  /// The maximum length of a message of the realtime socket, in bytes.
  static let messageBytes = 1 << 20

  /// Creates the default limits.
  public init() {}
}
