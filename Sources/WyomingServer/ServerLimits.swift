public import WyomingProtocol

/// The limits of a server: sizes, numbers and durations that clients cannot exceed.
public struct ServerLimits: Sendable, Equatable {
  /// The maximum length of an event's header line, in bytes.
  public var headerBytes = EventLimits().header
  /// The maximum length of an event's data, in bytes.
  public var dataBytes = EventLimits().data
  /// The maximum length of an event's payload, in bytes; `nil` for an utterance of `utteranceSeconds` in one piece.
  public var payloadBytes: Int?
  /// The maximum number of clients on one address at the same time.
  public var connections = 256
  /// The maximum length of an utterance, in seconds; it then ends as if the client had sent `audio-stop`.
  public var utteranceSeconds = 300.0
  /// The time in seconds after which a client is dropped that sends no event within an utterance, or does not read.
  public var stallSeconds = 30.0
  /// The time in seconds after which a client is dropped that has no open utterance and waits for no transcript.
  public var idleSeconds = 300.0
  /// The maximum time from the end of an utterance to its transcript, in seconds, including the wait for the model and
  /// the device.
  public var deadlineSeconds = 60.0

  /// Creates the default limits.
  public init() {}

  /// The maximum lengths of the parts of an event.
  public var events: EventLimits {
    var limits = EventLimits()
    limits.header = headerBytes
    limits.data = dataBytes
    limits.payload = payloadBytes ?? EventLimits.payload(ofSeconds: Int(utteranceSeconds.rounded(.up)))
    return limits
  }
}
