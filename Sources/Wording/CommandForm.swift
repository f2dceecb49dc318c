internal import Transducer

extension SpokenText {
  /// Makes the first word lowercase.
  mutating func beginCommand() {
    guard let first = words.first else { return }
    replaceWords([first.with(text: first.text.withoutSentenceCase)] + words.dropFirst())
  }

  /// Removes the final full stop. Question marks stay: they distinguish a question from a command.
  mutating func endCommand() {
    guard let last = words.last else { return }
    replaceWords(words.dropLast() + [last.with(text: last.text.withoutFullStop)])
  }

  /// Replaces the words and the text, but not the tokens.
  mutating func replaceWords(_ words: [Word]) {
    self.words = words
    text = words.map(\.text).joined(separator: " ")
  }
}

extension SpokenText.Word {
  /// Returns the word with another text.
  func with(text: String) -> Self {
    SpokenText.Word(text: text, start: start, end: end, confidence: confidence)
  }
}

extension String {
  /// The word as written within a sentence. Words with more capitals ("TV", "McDonald") and "I" are unchanged.
  fileprivate var withoutSentenceCase: String {
    guard let first = firstIndex(where: { $0.isLetter }), self[first].isUppercase else { return self }
    let rest = self[index(after: first)...]
    guard !rest.contains(where: \.isUppercase) else { return self }
    let letters = self[first...].prefix(while: \.isLetter)
    guard letters != "I" else { return self }
    return self[..<first] + self[first].lowercased() + rest
  }

  /// The word without a final full stop, except that of an abbreviation ("p.m.") or an ellipsis.
  fileprivate var withoutFullStop: String {
    guard last == "." else { return self }
    let rest = dropLast()
    return rest.contains(".") ? self : String(rest)
  }
}
