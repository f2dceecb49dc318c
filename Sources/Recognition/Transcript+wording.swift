public import Wording

extension Transcript {
  /// Returns the transcript with a wording applied.
  ///
  /// - Parameter languages: The languages that the model knows.
  public func worded(_ wording: Wording, languages: [String]) -> Transcript {
    var worded = self
    worded.segments = wording.apply(to: segments, language: language, languages: languages)
    return worded
  }
}
