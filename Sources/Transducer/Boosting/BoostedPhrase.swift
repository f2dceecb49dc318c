/// A phrase that speakers are likely to say, such as the name of a lamp.
public struct BoostedPhrase: Sendable, Hashable {
  /// The phrase as it is written. Case, accents, apostrophes and punctuation make no difference.
  public var text: String
  /// The strength of the preference; 1 is that of a name.
  public var weight: Float

  /// Creates a phrase.
  public init(_ text: String, weight: Float = 1) {
    self.text = text
    self.weight = weight
  }
}
