/// The part of a transcript that a client has, while final text is added to it.
public struct GrowingText: Sendable, Equatable {
  private var text = ""

  /// Creates an empty text.
  public init() {}

  /// Takes a longer text, which begins with the present one.
  ///
  /// - Returns: What it adds; `nil` if it adds nothing.
  public mutating func grow(to longer: String) -> String? {
    guard longer.utf8.count > text.utf8.count else { return nil }
    let addition = String(longer.dropFirst(text.count))
    text = longer
    return addition
  }
}
