internal import Transducer

extension SpokenText {
  /// The first word in lower case.
  mutating func beginCommand() {
    guard let first = words.first else { return }
    replaceWords([first.with(text: first.text.withoutSentenceCase)] + words.dropFirst())
  }

  /// No full stop at the end. Question marks stay: they tell a question from a command.
  mutating func endCommand() {
    guard let last = words.last else { return }
    replaceWords(words.dropLast() + [last.with(text: last.text.withoutFullStop)])
  }

  mutating func replaceWords(_ words: [Word]) {
    self.words = words
    text = words.map(\.text).joined(separator: " ")
  }
}

extension SpokenText.Word {
  fileprivate func with(text: String) -> Self {
    SpokenText.Word(text: text, start: start, end: end, confidence: confidence)
  }
}

extension String {
  /// A word as it is written within a sentence. What has more capitals ("TV", "McDonald") or is "I" stays.
  fileprivate var withoutSentenceCase: String {
    guard let first = firstIndex(where: { $0.isLetter }), self[first].isUppercase else { return self }
    let rest = self[index(after: first)...]
    guard !rest.contains(where: \.isUppercase) else { return self }
    let letters = self[first...].prefix(while: \.isLetter)
    guard letters != "I" else { return self }
    return self[..<first] + self[first].lowercased() + rest
  }

  /// A word that ends a sentence without its full stop; that of an abbreviation ("p.m.") and an ellipsis stay.
  fileprivate var withoutFullStop: String {
    guard last == "." else { return self }
    let rest = dropLast()
    return rest.contains(".") ? self : String(rest)
  }
}
