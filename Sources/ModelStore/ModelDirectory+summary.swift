public import Transducer

extension ModelDirectory {
  /// The facts about the model that recognition needs, without its files.
  public var summary: ModelDescription {
    ModelDescription(
      name: name, languages: languages, vocabulary: vocabulary, bandCount: configuration.bandCount,
      subsampling: configuration.subsampling)
  }
}
