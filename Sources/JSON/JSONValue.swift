/// A JSON value of unknown shape: clients send keys that no version of a protocol agrees on.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Parses JSON.
  ///
  /// - Returns: `nil` if the bytes are not exactly one JSON value in UTF-8, or are nested more than 64 deep.
  public init?(parsing bytes: [UInt8]) {
    guard let value = JSONReader.value(of: bytes) else { return nil }
    self = value
  }

  /// Creates a number that is rounded to multiples of 1 / `parts`; 0 for NaN or infinity, which JSON does not have.
  public static func rounded(_ value: Double, to parts: Double) -> JSONValue {
    .number(value.isFinite ? (value * parts).rounded() / parts : 0)
  }

  /// The text of a string.
  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// A whole number, even if written with a decimal point.
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// Any number, including whole ones.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value of a Boolean.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The items of an array.
  public var array: [JSONValue]? {
    if case .array(let items) = self { items } else { nil }
  }

  /// The fields of an object.
  public var object: [String: JSONValue]? {
    if case .object(let fields) = self { fields } else { nil }
  }

  /// True for null.
  public var isNull: Bool { self == .null }
}
