/// A script of the Unicode standard.
public enum Script: Sendable, Hashable {
  case latin, greek, cyrillic
  /// Any script that none of the supported languages uses.
  case other

  /// Creates the script of a character; `nil` for characters used with any script: digits, punctuation, accents, signs.
  /// `µ` is such a sign and not a Greek letter; `ª` and `º` are Latin.
  public init?(of scalar: Unicode.Scalar) {
    switch scalar {
    // Nearly all characters that occur: the Unicode property lookup is slower.
    case "a"..."z", "A"..."Z", "À"..."Ö", "Ø"..."ö", "ø"..."ʸ": self = .latin
    case "Α"..."Ρ", "Σ"..."ώ": self = .greek
    case "Ѐ"..."҂", "Ҋ"..."ԯ": self = .cyrillic
    case _ where scalar.isASCII: return nil
    default: self.init(properties: String(scalar))
    }
  }

  private init?(properties text: String) {
    if text.isAll(#/\p{Script=Latin}/#) {
      self = .latin
    } else if text.isAll(#/\p{Script=Greek}/#) {
      self = .greek
    } else if text.isAll(#/\p{Script=Cyrillic}/#) {
      self = .cyrillic
    } else if text.isAll(#/[\p{Script=Common}\p{Script=Inherited}]/#) {
      return nil
    } else {
      self = .other
    }
  }
}

extension String {
  /// Matches Unicode scalars, since a lone combining mark is not a character.
  fileprivate func isAll(_ expression: Regex<Substring>) -> Bool {
    wholeMatch(of: expression.matchingSemantics(.unicodeScalar)) != nil
  }
}

extension Script {
  /// Returns the scripts of a language: its primary script, and Latin for names and abbreviations ("USB").
  ///
  /// - Returns: `nil` if the language or the tag's script is not supported.
  public static func scripts(of tag: LanguageTag) -> Set<Script>? {
    switch tag.script {
    case "Latn": return [.latin]
    case "Grek": return [.greek, .latin]
    case "Cyrl": return [.cyrillic, .latin]
    case nil: break
    default: return nil
    }
    switch tag.language {
    case "el": return [.greek, .latin]
    case "be", "bg", "mk", "ru", "sr", "uk": return [.cyrillic, .latin]
    case "ca", "cs", "cy", "da", "de", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr", "hu", "is", "it",
      "lb",
      "lt", "lv", "mt", "nb", "nl", "nn", "no", "pl", "pt", "ro", "sk", "sl", "sq", "sv", "tr":
      return [.latin]
    default: return nil
    }
  }
}
