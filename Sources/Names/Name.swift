public import Transducer

/// A name of the home, such as that of a lamp, a room or a person.
public struct Name: Sendable, Equatable {
  /// The name as it is written.
  public var text: String
  /// Other spellings that speakers or the model use.
  public var alternatives: [String]
  /// The strength of the preference; 1 is usual.
  public var weight: Float

  /// Creates a name.
  public init(_ text: String, alternatives: [String] = [], weight: Float = 1) {
    self.text = text
    self.alternatives = alternatives
    self.weight = weight
  }

  /// The phrases that the decoder prefers for the name.
  public var phrases: [BoostedPhrase] {
    ([text] + alternatives).map { BoostedPhrase($0, weight: weight) }
  }
}
