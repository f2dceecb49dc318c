internal import Devices
internal import Recognition
internal import Transducer

/// What came in of an utterance: it is on its way to text, or samples as long as its model is not there.
struct HeardAudio: Sendable {
  private enum Hearing {
    case live(LiveTranscription)
    case samples([Float])
  }

  private var hearing: Hearing

  /// - Parameters:
  ///   - recognizer: `nil` if the model is not there yet.
  ///   - onSegment: Is told what is final before the utterance has ended.
  init(for recognizer: Recognizer?, onSegment: @escaping @Sendable (SpokenText) -> Void = { _ in }) {
    hearing = recognizer.map { .live($0.listen(onSegment: onSegment)) } ?? .samples([])
  }

  /// All of it, as long as its model is not there.
  var samples: [Float]? {
    if case .samples(let samples) = hearing { samples } else { nil }
  }

  /// Takes note of the language that will be asked for, a BCP 47 tag.
  func expect(language: String?) {
    if case .live(let transcription) = hearing { transcription.expect(language: language) }
  }

  /// Takes the next samples: 16 kHz, mono, in [-1, 1].
  mutating func append(_ samples: [Float]) {
    switch hearing {
    case .live(let transcription):
      transcription.append(samples)
    case .samples(var heard):
      hearing = .samples([])
      heard += samples
      hearing = .samples(heard)
    }
  }

  /// Recognizes all of it, or takes what is there already.
  ///
  /// - Parameter recognizer: The one that the utterance began with, or would have.
  func transcript(
    by recognizer: Recognizer, language: String?
  ) async throws(DeviceError) -> Transcript {
    switch hearing {
    case .live(let transcription):
      transcription.expect(language: language)
      return try await transcription.finish()
    case .samples(let samples):
      return try await recognizer.transcribe(samples, language: language)
    }
  }
}
