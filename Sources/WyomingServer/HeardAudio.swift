internal import Recognition

/// What came in of an utterance: log-mel frames, or samples while it is not known which frames its model takes.
struct HeardAudio: Sendable {
  /// `nil` if the utterance began before its model was loaded.
  private(set) var utterance: Utterance?
  /// Recognizes it before it has ended; ends with the last copy of this value.
  private let speculation: Speculation?
  /// All of them, where there is no ``utterance``.
  private var samples: [Float] = []

  /// - Parameter recognizer: `nil` if the model is not there yet.
  init(for recognizer: Recognizer?) {
    utterance = recognizer?.utterance()
    speculation = recognizer?.speculation()
  }

  /// Audio that is not recognized before it has ended.
  init(_ utterance: Utterance) {
    self.utterance = utterance
    speculation = nil
  }

  /// Takes note of the language that will be asked for, a BCP 47 tag.
  func expect(language: String?) {
    speculation?.expect(language: language)
  }

  /// Takes the next samples: 16 kHz, mono, in [-1, 1].
  mutating func append(_ samples: [Float]) {
    guard utterance != nil else { return self.samples += samples }
    utterance?.append(samples)
    if let utterance { speculation?.heard(utterance) }
  }

  /// Recognizes all of it, or takes what is there already.
  func transcript(
    by recognizer: Recognizer, language: String?
  ) async throws(RecognitionError) -> Transcript {
    if let utterance, let speculation {
      return try await speculation.transcript(of: utterance, language: language)
    }
    return try await recognizer.transcribe(utterance(for: recognizer), language: language)
  }

  /// The same as frames that the recognizer's model takes.
  func utterance(for recognizer: Recognizer) -> Utterance {
    if let utterance { return utterance }
    var utterance = recognizer.utterance()
    utterance.append(samples)
    return utterance
  }
}
