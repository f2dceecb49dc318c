public import WyomingProtocol

/// Limits on the requests of a client, and timeouts.
public struct ServerLimits: Sendable, Equatable {
  /// The maximum length of an event's header line, in bytes.
  public var headerBytes = EventLimits().header
  /// The maximum length of an event's data, in bytes.
  public var dataBytes = EventLimits().data
  /// The maximum length of an event's payload, in bytes; `nil` for an utterance of `utteranceSeconds` in one piece.
  public var payloadBytes: Int?
  /// The maximum number of clients on one address.
  public var connections = 256
  /// Seconds after which an utterance ends as if the client had said so.
  public var utteranceSeconds = 300.0
  /// Seconds without an event within an utterance, or without taking what is sent, before a client is dropped.
  public var stallSeconds = 30.0
  /// The same for a client that has no utterance open and waits for nothing.
  public var idleSeconds = 300.0
  /// Seconds from the end of an utterance to its transcript, waiting for the model and the device included.
  public var deadlineSeconds = 60.0

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
