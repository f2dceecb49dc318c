internal import Recognition

/// What came in of an utterance: it is on its way to text, or samples as long as its model is not there.
struct HeardAudio: Sendable {
  private enum Hearing {
    case live(LiveTranscription)
    case samples([Float])
  }

  private var hearing: Hearing

  /// - Parameter recognizer: `nil` if the model is not there yet.
  init(for recognizer: Recognizer?) {
    hearing = recognizer.map { .live($0.listen()) } ?? .samples([])
  }

  /// All of it, as long as its model is not there.
  var samples: [Float]? {
    if case .samples(let samples) = hearing { samples } else { nil }
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
  ) async throws(RecognitionError) -> Transcript {
    switch hearing {
    case .live(let transcription): try await transcription.finish(language: language)
    case .samples(let samples): try await recognizer.transcribe(samples, language: language)
    }
  }
}
