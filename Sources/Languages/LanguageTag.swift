/// A language named by a BCP 47 tag ("es", "pt-BR", "zh-Hans") or a POSIX locale ("pt_BR.UTF-8").
public struct LanguageTag: Sendable, Hashable {
  /// The language subtag in lowercase: "pt".
  public let language: String
  /// The script subtag, an ISO 15924 code: "Latn"; `nil` if the tag has none.
  public let script: String?

  /// Parses a tag; `nil` if the text does not begin with a language subtag.
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
