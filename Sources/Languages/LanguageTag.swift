/// A language as clients name it: a BCP 47 tag ("es", "pt-BR", "zh-Hans") or its POSIX spelling ("pt_BR.UTF-8").
public struct LanguageTag: Sendable, Hashable {
  /// The language itself, in small letters: "pt".
  public let language: String
  /// The script in which it is written, by ISO 15924: "Latn"; `nil` if the tag names none.
  public let script: String?

  /// - Returns: `nil` if the text does not begin with a language.
  public init?(_ text: String) {
    let tag = text.prefix { $0 != "." && $0 != "@" }
    let parts = tag.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
    guard let first = parts.first, (2...8).contains(first.count), first.allSatisfy(\.isASCIILetter) else {
      return nil
    }
    language = first.lowercased()
    // A script follows the language, or up to three of its extensions ("zh-cmn-Hans").
    let script = parts.dropFirst().prefix(4).first { $0.count == 4 && $0.allSatisfy(\.isASCIILetter) }
    self.script = script.map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }
  }
}

extension Character {
  fileprivate var isASCIILetter: Bool { isASCII && isLetter }
}
