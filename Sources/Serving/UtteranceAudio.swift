public import Devices
public import Recognition

/// The audio of an utterance that has ended.
public enum UtteranceAudio: Sendable {
  /// The transcription, which began with the utterance.
  case live(LiveTranscription)
  /// The samples of an utterance that began before its model was there: 16 kHz, mono, in [-1, 1].
  case samples([Float], SpeechContext)

  /// Transcribes the utterance.
  ///
  /// - Parameter recognizer: The recognizer of the model for which the utterance began.
  public func transcript(
    by recognizer: Recognizer
  ) async throws(DeviceError) -> Transcript {
    switch self {
    case .live(let transcription):
      return try await transcription.finish()
    case .samples(let samples, let context):
      return try await recognizer.transcribe(samples, in: context)
    }
  }
}
