internal import SpeechFeatures

/// A stretch of an utterance that the encoder processes in one run.
struct Window: Sendable, Hashable {
  /// The feature frames, counted from the beginning of the utterance; the first one begins an encoder frame.
  var frames: Range<Int>
  /// True if the next window begins before the end of this one, because there is no pause.
  var isContinued: Bool
}

/// A window with its feature frames.
struct WindowFrames: Sendable {
  var window: Window
  /// At least the frames of the window.
  var frames: LogMelFrames
}
