public import JSON

/// An error in the form of OpenAI's API.
///
/// Source: <https://platform.openai.com/docs/guides/error-codes>, and the official clients, which choose the type of their
/// exception by the status.
public struct APIError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The HTTP status.
  public var status: Int
  /// The reason and the way out, for people.
  public var message: String
  /// The kind: "invalid_request_error".
  public var type: String
  /// The field that is wrong.
  public var param: String?
  /// The short name of the reason.
  public var code: String?
  /// The time after which the request may succeed, in seconds.
  public var retryAfter: Int?

  /// Creates an error.
  public init(
    _ status: Int, _ message: String, type: String = "invalid_request_error", param: String? = nil,
    code: String? = nil, retryAfter: Int? = nil
  ) {
    self.status = status
    self.message = message
    self.type = type
    self.param = param
    self.code = code
    self.retryAfter = retryAfter
  }

  /// The reason.
  public var description: String { message }

  /// The object with the key `error`.
  public var json: JSONValue { .object(["error": details]) }

  /// The contents of `error`.
  public var details: JSONValue {
    .object([
      "message": .string(message), "type": .string(type), "param": param.map(JSONValue.string) ?? .null,
      "code": code.map(JSONValue.string) ?? .null,
    ])
  }

  /// The error for a model that is not served.
  public static func unknownModel(_ name: String, known: [String]) -> APIError {
    let names = known.map { "'\($0)'" }.joined(separator: ", ")
    return APIError(
      404, "The model '\(name.shown(upTo: 200))' does not exist here; there is \(names).", param: "model",
      code: "model_not_found")
  }
}
