public import Transducer

/// The knowledge about an utterance before it is recognized.
public struct SpeechContext: Sendable, Equatable {
  /// The requested language, a BCP 47 tag; `nil` to detect it.
  public var language: String?
  /// Phrases that the speaker is likely to say, the most important ones first.
  public var phrases: [BoostedPhrase]

  /// Creates a context, by default one in which nothing is known.
  public init(language: String? = nil, phrases: [BoostedPhrase] = []) {
    self.language = language
    self.phrases = phrases
  }
}
