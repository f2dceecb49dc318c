/// What voice activity knows of an utterance so far. All positions are feature frames (10 ms) from its beginning.
public struct SpeechProgress: Sendable, Equatable {
  /// The number of frames in a second.
  public static let frameRate = 100.0

  /// The number of frames that are classified as speech or not.
  public var judged: Int
  /// The first frame of speech; `nil` if there is none.
  public var speechStart: Int?
  /// The frame after the last speech; `nil` if there is none.
  public var speechEnd: Int?
  /// The frame after the last speech that is as loud as the voice that gave the command.
  public var voiceEnd: Int?

  /// Creates the progress of an utterance.
  public init(judged: Int, speechStart: Int? = nil, speechEnd: Int? = nil, voiceEnd: Int? = nil) {
    self.judged = judged
    self.speechStart = speechStart
    self.speechEnd = speechEnd
    self.voiceEnd = voiceEnd
  }
}
