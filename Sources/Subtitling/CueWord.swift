internal import Transducer

/// A word with the properties that determine the breaks of cues and lines.
struct CueWord {
  let text: String
  /// The times in seconds.
  let start, end: Double
  /// The length in characters.
  let length: Int
  let endsSentence: Bool
  /// True if the word ends with a punctuation mark.
  let endsClause: Bool

  init(_ word: SpokenText.Word) {
    text = word.text
    (start, end) = (word.start, word.end)
    length = word.text.count
    endsClause = word.text.last?.isPunctuation == true
    // Closing quotes and brackets can follow the mark.
    let last = word.text.reversed().first { !"\"')]»”’".contains($0) }
    endsSentence = last.map { ".!?…".contains($0) } == true
  }

  /// True for articles and prepositions, in any language, which belong to the word after them.
  var isShort: Bool { length <= 3 && !endsClause }
}
