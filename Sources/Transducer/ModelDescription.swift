/// The facts about a transducer model that recognition needs, without its files.
public struct ModelDescription: Sendable {
  public var name: String
  /// BCP 47 tags of the languages it was trained on; empty if unknown.
  public var languages: [String]
  public var vocabulary: Vocabulary
  /// The number of mel bands of a feature frame.
  public var bandCount: Int
  /// The number of feature frames in an encoder frame.
  public var subsampling: Int

  public init(
    name: String, languages: [String], vocabulary: Vocabulary, bandCount: Int, subsampling: Int
  ) {
    self.name = name
    self.languages = languages
    self.vocabulary = vocabulary
    self.bandCount = bandCount
    self.subsampling = subsampling
  }
}
