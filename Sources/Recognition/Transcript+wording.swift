public import Wording

extension Transcript {
  /// The transcript as it is to be worded.
  ///
  /// - Parameter languages: Those that the model knows.
  public func worded(_ wording: Wording, languages: [String]) -> Transcript {
    var worded = self
    worded.segments = wording.apply(to: segments, language: language, languages: languages)
    return worded
  }
}
