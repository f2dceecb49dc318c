public import NIOCore

/// One message of the Wyoming protocol: a type, some data, and bytes that are mostly audio.
public struct Event: Sendable, Equatable {
  /// The type of the events that carry audio.
  static let audioChunkType = "audio-chunk"

  public var type: String
  /// The header's inline data with the separate data merged over it.
  public var data: [String: JSONValue]
  public var payload: ByteBuffer

  public init(type: String, data: [String: JSONValue] = [:], payload: ByteBuffer = ByteBuffer()) {
    self.type = type
    self.data = data
    self.payload = payload
  }
}

/// The longest parts of an event that are taken; a longer one is refused before it is buffered.
public struct EventLimits: Sendable, Equatable {
  /// Bytes of the header line. The reference reader has the same limit.
  public var header = 64 * 1024
  /// Bytes of the separate data.
  public var data = 1024 * 1024
  /// Bytes of the payload. They are not buffered together: see `piece`.
  public var payload = EventLimits.payload(ofSeconds: 300)
  /// Bytes of a payload that are handed over at a time, and buffered until then.
  public var piece = 128 * 1024

  public init() {}

  /// The bytes of the longest payload for audio of so many seconds: 48 kHz, two channels, 32 bits, and never less than
  /// 4 MiB.
  public static func payload(ofSeconds seconds: Int) -> Int {
    max(4 * 1024 * 1024, min(seconds, 1_000_000) * 48_000 * 2 * 4)
  }
}

/// Input that is not the Wyoming protocol.
public enum ProtocolError: Error, Sendable, Equatable, CustomStringConvertible {
  case headerTooLong(limit: Int)
  case headerNotJSON
  case headerWithoutType
  case dataNotJSON
  case length(key: String, value: String, limit: Int)
  case notAnObject(key: String)
  /// A value of an event that cannot be used.
  case value(event: String, String)

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

  /// The name of the server's setting whose limit the input exceeds; `nil` if it would be wrong with any setting.
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
