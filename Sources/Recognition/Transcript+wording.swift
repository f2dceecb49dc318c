public import Wording

extension Transcript {
  /// The transcript as it is to be worded.
  ///
  /// - Parameter languages: Those that the model knows; if it is one only, that is the one spoken.
  public func worded(_ wording: Wording, languages: [String]) -> Transcript {
    var worded = self
    worded.segments = wording.apply(
      to: segments, language: language ?? (languages.count == 1 ? languages.first : nil))
    return worded
  }
}
