/// The speech found in an utterance so far; all values are in frames.
struct SpeechSegments: Sendable, Equatable {
  /// Stretches of speech, in order. The last one can grow, and others can follow.
  var segments: [Range<Int>]
  /// The silence around speech that is recognized with it.
  var leadingPad, trailingPad: Int
  /// The number of frames that are classified as speech or not.
  var judged: Int
  /// The most frames before ``judged`` at which a stretch that is found later can begin.
  var hindsight: Int
  /// The end of the last frame.
  var end: Int
  /// True if the utterance has ended.
  var isEnded = false
}
