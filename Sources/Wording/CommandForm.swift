internal import Transducer

extension [SpokenText.Word] {
  /// The first word in lower case, and no full stop at the end. Question marks stay: they tell a question from a command.
  var asCommand: Self {
    var words = self
    if let first = words.first { words[0] = first.with(text: first.text.withoutSentenceCase) }
    if let last = words.last { words[words.count - 1] = last.with(text: last.text.withoutFullStop) }
    return words
  }
}

extension SpokenText.Word {
  /// The same word, written otherwise.
  func with(text: String) -> Self {
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
