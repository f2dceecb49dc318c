internal import Recognition

/// What came in of an utterance: log-mel frames, or samples while it is not known which frames its model takes.
struct HeardAudio: Sendable {
  /// `nil` if the utterance began before its model was loaded.
  private(set) var utterance: Utterance?
  /// All of them, where there is no ``utterance``.
  private var samples: [Float] = []

  init(_ utterance: Utterance?) {
    self.utterance = utterance
  }

  /// Takes the next samples: 16 kHz, mono, in [-1, 1].
  mutating func append(_ samples: [Float]) {
    if utterance == nil { self.samples += samples } else { utterance?.append(samples) }
  }

  /// The same as frames that the recognizer's model takes.
  func utterance(for recognizer: Recognizer) -> Utterance {
    if let utterance { return utterance }
    var utterance = recognizer.utterance()
    utterance.append(samples)
    return utterance
  }
}
