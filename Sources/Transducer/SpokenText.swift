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

    public init(text: String, start: Double, end: Double, confidence: Float) {
      self.text = text
      self.start = start
      self.end = end
      self.confidence = confidence
    }
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
    tokens = TokenTimes(frameSeconds: frameSeconds, limit: limit).tokens(of: emissions, vocabulary)
    words = words(glued: JoinedPieces.closing)
    text = words.map(\.text).joined(separator: " ")
  }

  /// The same with spaces where the model puts them and nowhere else, as SentencePiece joins pieces (NeMo's text): marks
  /// that have a space before them are words of their own.
  public var asPieces: SpokenText {
    var raw = self
    raw.words = words(glued: [])
    raw.text = tokens.lazy.filter { !$0.isSpecial }.map(\.text).joined()
    while raw.text.first == " " { raw.text.removeFirst() }
    while raw.text.last == " " { raw.text.removeLast() }
    return raw
  }

  /// - Parameter glued: Characters that belong to the word before them, whatever space is between.
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

/// Pieces put together to words.
struct JoinedPieces {
  /// A space before these is dropped. The other marks keep theirs, the opening `¿ ¡ $ « (` above all.
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
