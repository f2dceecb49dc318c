/// A JSON value of unknown shape: events carry keys that no version of the protocol agrees on.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// A whole number, also where it was written with a decimal point.
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  public var isNull: Bool { self == .null }
}
