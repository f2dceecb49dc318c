public import Audio
public import Endpointing
public import Recognition
public import Transducer

/// The audio of one utterance as it arrives: bytes in the client's format become samples, which are transcribed at
/// once, or kept while the model is not there.
public struct UtteranceIntake: ~Copyable {
  private var transcription: LiveTranscription?
  private let onSegment: @Sendable (SpokenText) -> Void
  private var context: SpeechContext
  /// The times after which the utterance ends; `nil` if the client ends it.
  private var times: EndpointTimes?
  /// The samples that have no recognizer yet.
  private var samples: [Float] = []
  private var stream: PCMStream?
  /// The channel that is taken alone because the client's channels cancel each other, from 0; `nil` while they do not.
  public private(set) var loudestChannel: Int?

  /// Begins an utterance.
  ///
  /// - Parameters:
  ///   - recognizer: The recognizer; `nil` if the model is not there yet.
  ///   - context: What is known about the utterance so far.
  ///   - times: The times after which the utterance ends; `nil` if the client ends it.
  ///   - onSegment: Called in order with each segment that is final before the utterance has ended.
  public init(
    for recognizer: Recognizer?, in context: SpeechContext = SpeechContext(),
    endingAfter times: EndpointTimes? = nil,
    onSegment: @escaping @Sendable (SpokenText) -> Void = { _ in }
  ) {
    (self.context, self.times, self.onSegment) = (context, times, onSegment)
    transcription = recognizer?.listen(in: context, endingAfter: times, onSegment: onSegment)
  }

  /// Hands over the recognizer of an utterance that began without it and whose end the server hears.
  ///
  /// - Parameter recognizer: The recognizer; `nil` if the model is still not there.
  public mutating func arrived(_ recognizer: @autoclosure () -> Recognizer?) {
    guard transcription == nil, times != nil else { return }
    transcription = recognizer()?.listen(in: context, endingAfter: times, onSegment: onSegment)
  }

  /// Replaces what is known about the utterance.
  public mutating func expect(_ context: SpeechContext, endingAfter times: EndpointTimes?) {
    (self.context, self.times) = (context, times)
    transcription?.expect(context)
    if let times { transcription?.end(after: times) }
  }

  /// The beginning of speech, in seconds from the beginning of the audio; `nil` if there was none yet.
  public var speechStart: Double? { transcription?.speechStart }

  /// Takes the next bytes; a sample can be split between two calls.
  ///
  /// - Returns: The end of the utterance, in seconds, if the speaker has finished; always `nil` if the client ends it.
  /// - Throws: ``AudioError`` if the samples cannot be used.
  public mutating func append(_ bytes: [UInt8], _ format: PCMFormat) async throws(AudioError) -> Double? {
    if var stream = stream.take() {
      if stream.format == format {
        self.stream = consume stream
      } else {
        // Each chunk can have its own format.
        samples += try stream.finish()
        self.stream = try PCMStream(format: format)
      }
    } else {
      stream = try PCMStream(format: format)
    }
    samples += try stream?.append(bytes.span) ?? []
    loudestChannel = stream?.loudestChannel ?? loudestChannel
    guard let transcription else {
      // Without a model, voice activity is not known.
      let seconds = Double(samples.count) / Double(PCMStream.sampleRate)
      return times.flatMap { seconds >= $0.longest ? seconds : nil }
    }
    defer { samples = [] }
    return await transcription.appendUntilEnd(samples)
  }

  /// Ends the utterance, and returns all of its audio.
  public consuming func finished() throws(AudioError) -> UtteranceAudio {
    if var stream = stream.take() {
      samples += try stream.finish()
      transcription?.append(samples)
    }
    return transcription.map { .live($0) } ?? .samples(samples, context)
  }
}
