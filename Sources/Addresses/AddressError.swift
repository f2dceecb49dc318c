/// A text that is not an address to listen on.
public struct AddressError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The text.
  public let text: String
  /// The reason.
  public let why: String

  init(_ text: String, why: String) {
    self.text = text
    self.why = why
  }

  /// The text and the reason, in one line.
  public var description: String { "\"\(text)\" is not an address to listen on: \(why)" }
}
