internal import Transducer

/// A word with what decides where cues and lines are broken.
struct CueWord {
  let text: String
  /// Seconds.
  let start, end: Double
  /// Characters.
  let length: Int
  let endsSentence: Bool
  /// Whether a mark stands behind it.
  let endsClause: Bool

  init(_ word: SpokenText.Word) {
    text = word.text
    (start, end) = (word.start, word.end)
    length = word.text.count
    endsClause = word.text.last?.isPunctuation == true
    // Quotes and brackets may close behind the mark.
    let last = word.text.reversed().first { !"\"')]»”’".contains($0) }
    endsSentence = last.map { ".!?…".contains($0) } == true
  }

  /// Articles and prepositions, in whatever language, belong to what follows.
  var isShort: Bool { length <= 3 && !endsClause }
}
