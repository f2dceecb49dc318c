internal import Transducer

/// Sentence case, for models that write neither capitals nor marks. What a model has written so stays.
struct SentenceForm {
  private let isEnglish: Bool
  private let isDutch: Bool

  /// - Parameter language: The language of the text, a BCP 47 tag.
  init(language: String?) {
    let primary = language?.prefix { $0 != "-" && $0 != "_" }.lowercased()
    isEnglish = primary == "en"
    isDutch = primary == "nl"
  }

  /// Begins the first word with a capital, writes the English pronoun "I", and ends the text with a full stop.
  ///
  /// - Parameters:
  ///   - segments: One sentence, with pauses between its segments.
  ///   - isWhole: False if more segments can follow, which contain the end.
  func apply(to segments: inout [SpokenText], isWhole: Bool) {
    if isEnglish { for index in segments.indices { segments[index].rewrite { $0.withPronoun } } }
    if let first = segments.firstIndex(where: { $0.words.contains(where: \.isSpoken) }) {
      var begun = false
      segments[first].rewrite { word in
        guard !begun, word.contains(where: \.isSpoken) else { return word }
        begun = true
        return word.beginningSentence(isDutch: isDutch)
      }
    }
    guard isWhole, let last = segments.lastIndex(where: { !$0.words.isEmpty }) else { return }
    let end = segments[last].words.count - 1
    segments[last].rewrite(from: end) { $0.endingSentence }
  }
}

extension SpokenText {
  /// Changes the text of words.
  fileprivate mutating func rewrite(from first: Int = 0, _ change: (String) -> String) {
    var changed = words
    for index in first..<words.count {
      let text = change(words[index].text)
      if text != words[index].text { changed[index] = words[index].with(text: text) }
    }
    if changed != words { replaceWords(changed) }
  }
}

extension SpokenText.Word {
  fileprivate var isSpoken: Bool { text.contains(where: \.isSpoken) }
}

extension Character {
  /// True for letters and digits.
  fileprivate var isSpoken: Bool { isLetter || isNumber }

  fileprivate var isApostrophe: Bool { ["'", "’", "‘", "ʼ"].contains(self) }

  /// True for marks after which no full stop follows; `;` and U+037E are the Greek question mark.
  fileprivate var endsClause: Bool {
    [".", "!", "?", "…", ",", ":", ";", "\u{37E}", "·", "-", "–", "—", "¿", "¡"].contains(self)
  }

  /// True for marks that close what other marks have opened.
  fileprivate var closes: Bool { isApostrophe || ["\"", "”", "“", "»", "›", ")", "]", "}"].contains(self) }
}

extension String {
  /// The word with a capital at its beginning. A word that has capitals ("iPhone"), or that begins with a digit or an
  /// apostrophe, is unchanged.
  fileprivate func beginningSentence(isDutch: Bool) -> String {
    guard let first = firstIndex(where: { $0.isSpoken || $0.isApostrophe }), self[first].isLetter,
      !contains(where: \.isUppercase)
    else { return self }
    let scalars = self[first...].unicodeScalars
    guard let letter = scalars.first else { return self }
    let rest = String(scalars.dropFirst())
    if isDutch, letter == "i", rest.first == "j" { return self[..<first] + "IJ" + rest.dropFirst() }
    // The title case of a letter for two sounds, such as "ǆ", has one capital.
    return self[..<first] + letter.properties.titlecaseMapping + rest
  }

  /// The word with a full stop, unless it ends in a mark.
  fileprivate var endingSentence: String {
    guard let end = last(where: { !$0.closes }), !end.endsClause else { return self }
    return self + "."
  }

  /// "i" as "I", alone, before an apostrophe or before marks; any other word is unchanged.
  fileprivate var withPronoun: String {
    guard let first = firstIndex(where: \.isSpoken), self[first] == "i" else { return self }
    let rest = self[index(after: first)...]
    guard rest.first?.isApostrophe == true || !rest.contains(where: \.isSpoken) else { return self }
    return self[..<first] + "I" + rest
  }
}
