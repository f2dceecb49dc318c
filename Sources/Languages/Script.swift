/// A script in which languages are written, as the Unicode standard tells them apart.
public enum Script: Sendable, Hashable {
  case latin, greek, cyrillic
  /// One that none of the languages here is written in.
  case other

  /// - Returns: `nil` for what stands with any script: digits, punctuation, accents, signs. `µ` is such a sign, and no
  ///   Greek letter; `ª` and `º` are Latin.
  public init?(of scalar: Unicode.Scalar) {
    switch scalar {
    // Nearly all that occurs; asking the standard takes longer.
    case "a"..."z", "A"..."Z", "À"..."Ö", "Ø"..."ö", "ø"..."ʸ": self = .latin
    case "Α"..."Ρ", "Σ"..."ώ": self = .greek
    case "Ѐ"..."҂", "Ҋ"..."ԯ": self = .cyrillic
    case _ where scalar.isASCII: return nil
    default: self.init(asking: String(scalar))
    }
  }

  private init?(asking text: String) {
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
  /// By unicode scalars: a combining mark alone is no character.
  fileprivate func isAll(_ expression: Regex<Substring>) -> Bool {
    wholeMatch(of: expression.matchingSemantics(.unicodeScalar)) != nil
  }
}

extension Script {
  /// The scripts of a language: its own, and Latin, in which names and abbreviations stand everywhere ("USB").
  ///
  /// - Returns: `nil` where they are not known.
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
