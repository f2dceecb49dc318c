/// The speech of an utterance so far, as voice activity finds it. All positions are feature frames (10 ms) from its beginning.
public struct SpeechProgress: Sendable, Equatable {
  /// The number of frames that are classified as speech or not.
  public var judged: Int
  /// The first frame of speech; `nil` if there is none.
  public var speechStart: Int?
  /// The frame after the last speech; `nil` if there is none.
  public var speechEnd: Int?
  /// The frame after the last speech that is as loud as the voice that gave the command.
  public var voiceEnd: Int?
  /// The frame after the last moment of speech that loud, which may turn out to be that voice.
  public var loudEnd: Int?
  /// The frame after the last sound, which may turn out to be speech.
  public var soundEnd: Int?

  /// Creates the progress of an utterance.
  public init(
    judged: Int, speechStart: Int? = nil, speechEnd: Int? = nil, voiceEnd: Int? = nil,
    loudEnd: Int? = nil, soundEnd: Int? = nil
  ) {
    self.judged = judged
    self.speechStart = speechStart
    self.speechEnd = speechEnd
    self.voiceEnd = voiceEnd
    self.loudEnd = loudEnd
    self.soundEnd = soundEnd
  }
}
