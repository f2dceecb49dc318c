internal import FoundationEssentials

/// A message from Home Assistant.
enum HomeMessage: Sendable, Equatable {
  case authenticationRequired
  case authenticationAccepted
  case authenticationRefused
  /// The answer to a command.
  case answer(id: Int, HomeAnswer)
  /// The refusal of a command.
  case refusal(id: Int, code: String)
  /// An event of a subscription.
  case event(id: Int)
  /// A message that is of no interest here.
  case other

  /// Parses a message.
  ///
  /// - Parameter commands: The commands without an answer, by id.
  /// - Throws: Any error if the message is not UTF-8, not JSON, or has the wrong form.
  init(_ bytes: [UInt8], answering commands: [Int: HomeCommand]) throws {
    // The decoder looks only at the strings that are used.
    _ = try UTF8Span(validating: bytes.span)
    self = try JSONDecoder().decode(Self.self, from: Data(bytes), configuration: commands)
  }
}

extension HomeMessage: DecodableWithConfiguration {
  private enum CodingKeys: CodingKey { case id, type, success, result, error, code }

  init(from decoder: any Decoder, configuration commands: [Int: HomeCommand]) throws {
    let message = try decoder.container(keyedBy: CodingKeys.self)
    switch try message.decode(String.self, forKey: .type) {
    case "auth_required": self = .authenticationRequired
    case "auth_ok": self = .authenticationAccepted
    case "auth_invalid": self = .authenticationRefused
    case "event": self = .event(id: try message.decode(Int.self, forKey: .id))
    case "result":
      let id = try message.decode(Int.self, forKey: .id)
      guard let command = commands[id] else {
        self = .other
        return
      }
      if try message.decode(Bool.self, forKey: .success) {
        self = .answer(id: id, try HomeAnswer(command, in: message, .result))
      } else {
        let error = try? message.nestedContainer(keyedBy: CodingKeys.self, forKey: .error)
        self = .refusal(id: id, code: Self.code(error?.lenient(String.self, .code)))
      }
    default: self = .other
    }
  }

  /// The code of an error such as `unauthorized`, for messages.
  private static func code(_ text: String?) -> String {
    guard let text, (1...40).contains(text.count),
      text.unicodeScalars.allSatisfy({ ("a"..."z").contains($0) || $0 == "_" })
    else { return "unknown_error" }
    return text
  }
}
