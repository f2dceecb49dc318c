/// What was said: tokens made text, with times.
public struct SpokenText: Sendable, Equatable {
  public var text = ""
  public var tokens: [Token] = []
  public var words: [Word] = []

  /// A token and the time it was said.
  public struct Token: Sendable, Equatable {
    public let id: Int32
    /// The piece as the vocabulary has it; a space at its front begins a word.
    public let text: String
    /// Seconds from the beginning of the audio.
    public let start, end: Double
    /// 0 to 1.
    public let confidence: Float
  }

  /// A word with the punctuation that stands at it.
  public struct Word: Sendable, Equatable {
    public let text: String
    /// Seconds from the beginning of the audio.
    public let start, end: Double
    /// That of the word's least certain token.
    public let confidence: Float
  }

  public init() {}

  /// What was said one after the other, with a space between.
  public init(joining parts: [SpokenText]) {
    text = parts.map(\.text).filter { !$0.isEmpty }.joined(separator: " ")
    tokens = parts.flatMap(\.tokens)
    words = parts.flatMap(\.words)
  }

  /// - Parameters:
  ///   - emissions: In the order they were said; frames count from the beginning of the audio.
  ///   - frameSeconds: Seconds an encoder frame.
  ///   - limit: Seconds of audio there are; a token's duration does not reach beyond.
  public init(
    _ emissions: [Emission], vocabulary: Vocabulary, frameSeconds: Double, limit: Double = .infinity
  ) {
    tokens = Self.timed(emissions, vocabulary: vocabulary, frameSeconds: frameSeconds, limit: limit)
    var joined = JoinedPieces()
    for (index, token) in tokens.enumerated() where !vocabulary.isSpecial(token.id) {
      joined.append(token.text, token: index)
    }
    text = joined.words.map(\.text).joined(separator: " ")
    words = joined.words.map { word in
      let parts = tokens[word.tokens]
      return Word(
        text: word.text, start: parts.first?.start ?? 0, end: parts.map(\.end).max() ?? 0,
        confidence: parts.map(\.confidence).min() ?? 0)
    }
  }

  /// Times from frames and durations. Punctuation takes no time of its own: it begins and ends where the token
  /// before it ended (NeMo's `_refine_timestamps_tdt`).
  private static func timed(
    _ emissions: [Emission], vocabulary: Vocabulary, frameSeconds: Double, limit: Double
  ) -> [Token] {
    var tokens: [Token] = []
    tokens.reserveCapacity(emissions.count)
    for emission in emissions {
      let piece = vocabulary.pieces[Int(emission.token)]
      var start = min(Double(emission.frame) * frameSeconds, limit)
      var end = min(Double(emission.frame + emission.duration) * frameSeconds, limit)
      if let previous = tokens.last, isPunctuation(piece) {
        (start, end) = (previous.end, previous.end)
      }
      tokens.append(
        Token(id: emission.token, text: piece, start: start, end: end, confidence: emission.confidence))
    }
    return tokens
  }

  private static func isPunctuation(_ piece: String) -> Bool {
    let marks = piece.drop { $0 == " " }
    return !marks.isEmpty && marks.allSatisfy { $0.isPunctuation && $0 != "'" && $0 != "’" }
  }
}

/// Pieces put together to words.
private struct JoinedPieces {
  private(set) var words: [(text: String, tokens: Range<Int>)] = []
  private var spaceBefore = true

  /// A space before these is dropped. The other marks keep theirs, the opening `¿ ¡ $ « (` above all.
  private static let closing: Set<Character> = [
    ".", ",", ";", ":", "!", "?", "%", "…", ")", "]", "}", "»", "”",
  ]

  mutating func append(_ piece: String, token: Int) {
    for character in piece {
      if character == " " {
        spaceBefore = true
        continue
      }
      let startsWord = spaceBefore && !Self.closing.contains(character)
      spaceBefore = false
      if startsWord || words.isEmpty {
        words.append((String(character), token..<token + 1))
      } else {
        words[words.count - 1].text.append(character)
        words[words.count - 1].tokens = words[words.count - 1].tokens.lowerBound..<token + 1
      }
    }
  }
}
