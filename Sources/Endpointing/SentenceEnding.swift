public import Transducer

/// The judgement of an utterance's end by its words.
public enum SentenceEnding: String, Sendable, CaseIterable {
  /// A sentence or command that can end here.
  case complete
  /// A text that is likely to be a command.
  case likely
  /// Nothing is known.
  case undecided
  /// More must follow: "turn on the", "set a timer for ten".
  case open

  /// The weights of the number of words, of the last word's confidence and of its duration in seconds, and their sum from
  /// which a text is complete. By logistic regression on commands with pauses, see docs/measurements.md.
  private static let weights: (word: Double, confidence: Double, second: Double) = (1.2, 1.2, 3.9)
  private static let completeSum = 9.75
  /// The most that count: longer texts and words say no more.
  private static let most: (words: Int, seconds: Double) = (6, 0.6)
  /// The confidence of the last word below which it is cut off, and from which a short command is no accident.
  private static let (doubt, certainty): (Float, Float) = (0.7, 0.9)
  /// The least words, and the least seconds of the last one, of a likely command that needs an object only: "turn off the
  /// light".
  private static let direct: (words: Int, seconds: Double) = (4, 0.4)

  /// Judges a text by its words and its punctuation.
  ///
  /// A model that was trained on whole sentences ends each text with a full stop, so that words count for more. Most
  /// commands have four words and more, a word in the midst of a sentence is shorter than its last one, and one that is
  /// cut off is recognized badly.
  ///
  /// - Parameters:
  ///   - words: The words with their punctuation.
  ///   - language: The language, a BCP 47 tag; `nil` if it is not known.
  public init(of words: some BidirectionalCollection<SpokenText.Word>, language: String?) {
    guard let last = words.last, let mark = last.text.last else {
      self = .undecided
      return
    }
    let table = EndingTable.of(language)
    let compared = words.map(\.text.compared)
    let text = compared.joined(separator: " ")
    let end = compared[compared.count - 1]
    if ",;:-–—…".contains(mark) || last.text.hasSuffix("...") {
      self = .open
    } else if table.commands.contains(text), last.confidence >= Self.certainty {
      self = .complete
    } else if table.openWords.contains(end) || table.unfinished.contains(text) {
      self = .open
    } else if let before = compared.dropLast().last, table.measures.contains(before), table.isNumber(end) {
      self = .open
    } else {
      let seconds = min(last.end - last.start, Self.most.seconds)
      let sum =
        Self.weights.word * Double(min(compared.count, Self.most.words))
        + Self.weights.confidence * Double(last.confidence) + Self.weights.second * seconds
      if !last.text.endsSentence {
        self = .undecided
      } else if sum >= Self.completeSum {
        self = .complete
      } else if last.confidence < Self.doubt {
        self = .open
      } else {
        let isDirect =
          table.openers.contains(compared[0]) && !table.indirect.contains(compared[0])
          && compared.count >= Self.direct.words && seconds >= Self.direct.seconds
          && last.confidence >= Self.certainty
        self = isDirect ? .likely : .undecided
      }
    }
  }
}

extension String {
  /// True if the word ends a sentence.
  var endsSentence: Bool { last.map { ".?!".contains($0) } ?? false }

  /// The word in lower case, without punctuation around it.
  var compared: String {
    let isPart: (Character) -> Bool = { $0.isLetter || $0.isNumber }
    guard let first = firstIndex(where: isPart), let last = lastIndex(where: isPart) else { return "" }
    return self[first...last].lowercased().replacing("\u{2019}", with: "'")
  }
}
