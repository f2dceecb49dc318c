public import Transducer

/// The text of an utterance up to one of its frames, recognized before the utterance has ended.
public struct Hypothesis: Sendable, Equatable {
  /// The end of the speech that was recognized, as in ``EndpointDetector/candidate``.
  public let candidate: EndpointCandidate
  /// The recognized text; times are in seconds from the beginning of the utterance.
  public let text: SpokenText
  /// The language of the text, a BCP 47 tag; `nil` if it is not known.
  public let language: String?
  /// The judgement of the text's end.
  public let ending: SentenceEnding

  /// Creates a hypothesis.
  public init(_ candidate: EndpointCandidate, _ text: SpokenText, language: String? = nil) {
    self.candidate = candidate
    self.text = text
    self.language = language
    ending = SentenceEnding(of: text.words, language: language)
  }

  /// The mean confidence of words below which sound that does not end is many voices or noise, and no command.
  private static let unintelligible: Float = 0.6

  /// False if what was taken for speech is none.
  var isSpeech: Bool {
    guard !text.words.isEmpty else { return false }
    guard case .sound = candidate else { return true }
    return text.words.map(\.confidence).reduce(0, +) / Float(text.words.count) >= Self.unintelligible
  }
}

/// A place where an utterance may have ended.
public enum EndpointCandidate: Sendable, Hashable {
  /// After all speech; silence follows. The value is the frame after the last speech.
  case silence(Int)
  /// After the voice that gave the command; a weaker one goes on. The value is the frame after its last speech.
  case background(Int)
  /// In the midst of sound that does not end. The value is the frame.
  case sound(Int)

  /// The frame after the last speech of the utterance; `nil` if all speech so far belongs to it.
  public var cut: Int? {
    switch self {
    case .silence: nil
    case .background(let frame), .sound(let frame): frame
    }
  }
}
