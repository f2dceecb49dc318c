internal import Transducer

/// Converts the numbers among words to digits. Words that the grammar does not read as numbers are unchanged.
struct NumberWriting {
  let grammar: any NumberGrammar

  func apply(to words: [SpokenText.Word]) -> [SpokenText.Word] {
    let pieces = NumberPieces(words)
    var written: [SpokenText.Word] = []
    var piece = 0
    // Every word has a piece: even a lone mark is one.
    while piece < pieces.texts.count {
      let word = pieces.words[piece]
      if let phrase = phrase(at: piece, pieces) {
        for part in phrase.parts {
          let range = pieces.words[piece]...pieces.words[piece + part.count - 1]
          if let text = part.text {
            written.append(SpokenText.Word(words[range], text: pieces.marked(text, range)))
          } else {
            written += words[range]
          }
          piece += part.count
        }
      } else {
        written.append(words[word])
        while piece < pieces.texts.count, pieces.words[piece] == word { piece += 1 }
      }
    }
    return written
  }

  /// Returns the number that begins with a piece and consists of whole words.
  private func phrase(at piece: Int, _ pieces: NumberPieces) -> Phrase? {
    let stretch = pieces.stretch(from: piece)
    let context = PhraseContext(
      before: pieces.stretch(before: piece), nearBefore: piece > 0 ? pieces.texts[piece - 1] : nil,
      nearAfter: stretch.endIndex < pieces.texts.count ? pieces.texts[stretch.endIndex] : nil)
    guard var phrase = grammar.phrase(in: stretch, context: context), let last = phrase.parts.last else {
      return nil
    }
    let end = piece + phrase.count
    if !pieces.endsWord(before: end) {
      // "five-minute"
      guard let text = last.text, pieces.endsWord(before: end + 1),
        grammar.hyphenatedUnits.contains(pieces.texts[end])
      else { return nil }
      phrase.parts[phrase.parts.count - 1] = ("\(text)-\(pieces.texts[end])", last.count + 1)
    }
    var first = piece
    for part in phrase.parts {
      guard pieces.beginsWord(first) else { return nil }
      first += part.count
    }
    return phrase
  }
}

extension SpokenText.Word {
  /// Creates a word that replaces several.
  fileprivate init(_ words: ArraySlice<SpokenText.Word>, text: String) {
    self.init(
      text: text, start: words.first?.start ?? 0, end: words.map(\.end).max() ?? 0,
      confidence: words.map(\.confidence).min() ?? 0)
  }
}
