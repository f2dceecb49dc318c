public import JSON
public import NIOCore

/// A message of the Wyoming protocol: a type, some data, and a payload, mostly audio.
public struct Event: Sendable, Equatable {
  /// The type of the events that carry audio.
  static let audioChunkType = "audio-chunk"

  /// The type: "audio-chunk".
  public var type: String
  /// The header's inline data, overridden by the separate data.
  public var data: [String: JSONValue]
  /// The bytes after the data.
  public var payload: ByteBuffer

  /// Creates an event.
  public init(type: String, data: [String: JSONValue] = [:], payload: ByteBuffer = ByteBuffer()) {
    self.type = type
    self.data = data
    self.payload = payload
  }
}

/// The size limits for the parts of an event. A longer part is refused before it is buffered.
public struct EventLimits: Sendable, Equatable {
  /// The maximum length of the header line, in bytes. The reference reader has the same limit.
  public var header = 64 * 1024
  /// The maximum length of the separate data, in bytes.
  public var data = 1024 * 1024
  /// The maximum length of the payload, in bytes. It is not buffered as a whole: see ``piece``.
  public var payload = EventLimits.payload(ofSeconds: 300)
  /// The size of the pieces in which a payload is buffered and passed on, in bytes.
  public var piece = 128 * 1024

  /// Creates the default limits.
  public init() {}

  /// Returns the longest payload for audio of the given duration, in bytes: 48 kHz, two channels, 32 bits, and at least
  /// 4 MiB.
  public static func payload(ofSeconds seconds: Int) -> Int {
    max(4 * 1024 * 1024, min(seconds, 1_000_000) * 48_000 * 2 * 4)
  }
}

/// The reason why an input is not the Wyoming protocol, or a text is not an address for it.
public enum ProtocolError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The header line exceeds the limit, in bytes.
  case headerTooLong(limit: Int)
  /// The header line is not a JSON object.
  case headerNotJSON
  /// The header has no type, or one that is not a string.
  case headerWithoutType
  /// The separate data is not a JSON object.
  case dataNotJSON
  /// A length is not a whole number between 0 and the limit, in bytes.
  case length(key: String, value: String, limit: Int)
  /// A value of the header is not a JSON object.
  case notAnObject(key: String)
  /// A value of an event is invalid.
  case value(event: String, String)

  /// The reason in one line.
  public var description: String {
    switch self {
    case .headerTooLong(let limit): "the header line is longer than \(limit) bytes"
    case .headerNotJSON: "the header line is not a JSON object"
    case .headerWithoutType: "the header has no type"
    case .dataNotJSON: "the data is not a JSON object"
    case .length(let key, let value, let limit): "\(key) is \(value), expected 0 to \(limit)"
    case .notAnObject(let key): "\(key) is not a JSON object"
    case .value(let event, let what): "\(event): \(what)"
    }
  }

  /// The name of the server's setting whose limit the input exceeds; `nil` if the input is invalid with any setting.
  public var setting: String? {
    switch self {
    case .headerTooLong: return "max-header-bytes"
    case .length(let key, let value, let limit):
      guard let length = Double(value), length > Double(limit) else { return nil }
      return ["data_length": "max-data-bytes", "payload_length": "max-payload-bytes"][key]
    default: return nil
    }
  }

  /// The machine-readable code of the `error` event.
  public var code: String { "protocol-error" }
}
