internal import SpeechFeatures

/// A stretch of an utterance that goes through the encoder in one piece.
struct Window: Sendable, Hashable {
  /// Feature frames from the beginning of the utterance; the first one begins an encoder frame.
  var frames: Range<Int>
  /// Whether the next window begins before the end of this one, because nobody pauses there.
  var isContinued: Bool
}

/// A window, and the frames that it is of.
struct WindowFrames: Sendable {
  var window: Window
  /// Those of the window at least.
  var frames: LogMelFrames
}
