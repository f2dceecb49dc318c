internal import Transducer

extension ModelDirectory {
  /// BCP 47 tags of the languages that the model understands; empty if nobody knows.
  ///
  /// The public exports do not say; their vocabularies tell v2 (English) from v3.
  public var languages: [String] {
    if !configuration.languages.isEmpty { return configuration.languages }
    return switch vocabulary.count {
    case 8193: Self.languagesOfV3
    case 1025: ["en"]
    default: []
    }
  }

  /// The 25 languages of Parakeet TDT 0.6B v3, as its model card lists them.
  private static let languagesOfV3 = [
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv", "mt", "nl",
    "pl",
    "pt", "ro", "ru", "sk", "sl", "sv", "uk",
  ]
}
