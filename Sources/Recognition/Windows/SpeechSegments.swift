/// Where somebody speaks in an utterance, as far as it has come in; all in frames.
struct SpeechSegments: Sendable, Equatable {
  /// Stretches of speech in their order. The last one may grow, and others may follow.
  var segments: [Range<Int>]
  /// Silence around speech that is recognized with it.
  var leadingPad, trailingPad: Int
  /// The frames of which it is known whether they are speech.
  var judged: Int
  /// A stretch that is found later begins at most so many frames before ``judged``.
  var hindsight: Int
  /// The number behind the last frame.
  var end: Int
  /// Whether nothing more comes.
  var isEnded = false
}
