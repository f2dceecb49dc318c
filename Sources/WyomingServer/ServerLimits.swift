public import WyomingProtocol

/// What a client may ask of the server, and how long things may take.
public struct ServerLimits: Sendable, Equatable {
  /// The longest parts of an event.
  public var events = EventLimits()
  /// Clients at the same time on one address.
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
}
