internal import SpokenNumbers
internal import Transducer

extension SpokenNumbers {
  /// Writes the numbers among words in digits. A number that replaces several words spans their times.
  func written(_ words: [SpokenText.Word], _ place: Place) -> [SpokenText.Word] {
    written(words.map(\.text), place).map { SpokenText.Word(words[$0.source], text: $0.text) }
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
