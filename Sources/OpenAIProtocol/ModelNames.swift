public import JSON

/// The names of a server's models, as clients use them.
public struct ModelNames: Sendable, Equatable {
  /// The name of the address's own model.
  public var standard: String
  /// All models, the address's own among them.
  public var all: [String]

  /// Creates the names.
  public init(standard: String, all: [String]) {
    self.standard = standard
    self.all = all
  }

  /// Returns the served model that a client means: `nil`, an empty name and OpenAI's own names stand for the address's
  /// model.
  public func model(for name: String?) throws(APIError) -> String {
    guard let name, !name.isEmpty else { return standard }
    if all.contains(name) { return name }
    guard Self.isAlias(name) else { throw .unknownModel(name, known: all) }
    return standard
  }

  /// True for the names that clients send to OpenAI.
  static func isAlias(_ name: String) -> Bool {
    name.hasPrefix("whisper-") || (name.hasPrefix("gpt-") && name.contains("transcribe"))
      || name.hasPrefix("gpt-realtime")
  }

  /// The answer to `GET /v1/models`.
  ///
  /// - Parameter created: The start of the server, in seconds since 1970.
  public func list(created: Int) -> JSONValue {
    .object(["object": .string("list"), "data": .array(all.map { Self.entry($0, created: created) })])
  }

  /// The answer to `GET /v1/models/NAME`.
  public func entry(_ name: String, created: Int) throws(APIError) -> JSONValue {
    guard all.contains(name) else { throw .unknownModel(name, known: all) }
    return Self.entry(name, created: created)
  }

  private static func entry(_ name: String, created: Int) -> JSONValue {
    .object([
      "id": .string(name), "object": .string("model"), "created": .integer(created),
      "owned_by": .string("lorikeet"),
    ])
  }
}
