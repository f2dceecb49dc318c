/// The text of spoken tokens, with times.
public struct SpokenText: Sendable, Equatable {
  /// The words, joined by single spaces.
  public var text = ""
  /// The tokens in spoken order.
  public var tokens: [Token] = []
  /// The words in spoken order.
  public var words: [Word] = []

  /// A token with its time.
  public struct Token: Sendable, Equatable {
    /// The token's id in the vocabulary.
    public let id: Int32
    /// The vocabulary's piece; a leading space begins a word.
    public let text: String
    /// The beginning and the end, in seconds from the beginning of the audio.
    public let start, end: Double
    /// The token's softmax, 0 to 1.
    public let confidence: Float
  }

  /// A word with its adjacent punctuation.
  public struct Word: Sendable, Equatable {
    /// The word and its punctuation, without spaces.
    public let text: String
    /// The beginning and the end, in seconds from the beginning of the audio.
    public let start, end: Double
    /// The confidence of the word's least certain token, 0 to 1.
    public let confidence: Float

    /// Creates a word; times are in seconds from the beginning of the audio.
    public init(text: String, start: Double, end: Double, confidence: Float) {
      self.text = text
      self.start = start
      self.end = end
      self.confidence = confidence
    }
  }

  /// Creates an empty text.
  public init() {}

  /// Joins consecutive texts, with a space between them.
  public init(joining parts: [SpokenText]) {
    text = parts.map(\.text).filter { !$0.isEmpty }.joined(separator: " ")
    tokens = parts.flatMap(\.tokens)
    words = parts.flatMap(\.words)
  }

  /// Creates the text of decoded tokens.
  ///
  /// - Parameters:
  ///   - emissions: The tokens in spoken order; frames count from the beginning of the audio.
  ///   - vocabulary: The model's vocabulary.
  ///   - frameSeconds: The duration of an encoder frame, in seconds.
  ///   - limit: The duration of the audio, in seconds; no token extends beyond it.
  public init(
    _ emissions: [Emission], vocabulary: Vocabulary, frameSeconds: Double, limit: Double = .infinity
  ) {
    tokens = TokenTimes(frameSeconds: frameSeconds, limit: limit).tokens(of: emissions, vocabulary)
    words = words(glued: JoinedPieces.closing)
    text = words.map(\.text).joined(separator: " ")
  }

  /// The text with spaces exactly where the model puts them, as SentencePiece joins pieces (NeMo's text): a mark with a
  /// space before it is a separate word.
  public var asPieces: SpokenText {
    var raw = self
    raw.words = words(glued: [])
    raw.text = tokens.lazy.filter { !$0.isSpecial }.map(\.text).joined()
    while raw.text.first == " " { raw.text.removeFirst() }
    while raw.text.last == " " { raw.text.removeLast() }
    return raw
  }

  /// Returns the words of the tokens.
  ///
  /// - Parameter glued: Characters that belong to the preceding word, whether or not a space is between.
  private func words(glued: Set<Character>) -> [Word] {
    var joined = JoinedPieces(glued: glued)
    for (index, token) in tokens.enumerated() where !token.isSpecial {
      joined.append(token.text, token: index)
    }
    return joined.words.map { Word(text: $0.text, tokens[$0.tokens]) }
  }
}

extension SpokenText.Word {
  fileprivate init(text: String, _ tokens: ArraySlice<SpokenText.Token>) {
    self.init(
      text: text, start: tokens.first?.start ?? 0, end: tokens.map(\.end).max() ?? 0,
      confidence: tokens.map(\.confidence).min() ?? 0)
  }
}

extension SpokenText.Token {
  fileprivate var isSpecial: Bool { Vocabulary.isSpecial(piece: text) }
}

/// Joins pieces to words.
struct JoinedPieces {
  /// The marks before which a space is dropped. Other marks keep theirs, in particular the opening `¿ ¡ $ « (`.
  static let closing: Set<Character> = [
    ".", ",", ";", ":", "!", "?", "%", "…", ")", "]", "}", "»", "”",
  ]

  private(set) var words: [(text: String, tokens: Range<Int>)] = []
  private var spaceBefore = true
  private let glued: Set<Character>

  init(glued: Set<Character>) {
    self.glued = glued
  }

  mutating func append(_ piece: String, token: Int) {
    for character in piece {
      if character == " " {
        spaceBefore = true
        continue
      }
      let startsWord = spaceBefore && !glued.contains(character)
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
