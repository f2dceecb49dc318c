internal import Audio
internal import Devices
internal import Endpointing
internal import NIOCore
internal import Recognition
internal import Transducer
internal import WyomingProtocol

/// The audio of one utterance as it arrives: bytes in the client's format become samples, which are transcribed at
/// once, or kept while the model is not there.
struct UtteranceIntake: ~Copyable {
  private var transcription: LiveTranscription?
  private let onSegment: @Sendable (SpokenText) -> Void
  private var context: SpeechContext
  /// The times after which the utterance ends; `nil` if the client ends it.
  private var times: EndpointTimes?
  /// The samples that have no recognizer yet.
  private var samples: [Float] = []
  private var stream: PCMStream?
  /// The channel that is taken alone because the client's channels cancel each other, from 0; `nil` while they do not.
  private(set) var loudestChannel: Int?

  /// Begins an utterance.
  ///
  /// - Parameters:
  ///   - recognizer: The recognizer; `nil` if the model is not there yet.
  ///   - context: What is known about the utterance so far.
  ///   - times: The times after which the utterance ends; `nil` if the client ends it.
  ///   - onSegment: Called in order with each segment that is final before the utterance has ended.
  init(
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
  mutating func arrived(_ recognizer: @autoclosure () -> Recognizer?) {
    guard transcription == nil, times != nil else { return }
    transcription = recognizer()?.listen(in: context, endingAfter: times, onSegment: onSegment)
  }

  /// Replaces what is known about the utterance.
  mutating func expect(_ context: SpeechContext, endingAfter times: EndpointTimes?) {
    (self.context, self.times) = (context, times)
    transcription?.expect(context)
    if let times { transcription?.end(after: times) }
  }

  /// The beginning of speech, in seconds from the beginning of the audio; `nil` if there was none yet.
  var speechStart: Double? { transcription?.speechStart }

  /// Takes the next bytes; a sample can be split between two calls.
  ///
  /// - Returns: The end of the utterance, in seconds, if the speaker has finished; always `nil` if the client ends it.
  /// - Throws: ``ProtocolError`` if the format is not supported.
  mutating func append(
    _ bytes: ByteBuffer, _ format: Session.AudioFormat
  ) async throws(ProtocolError) -> Double? {
    do throws(AudioError) {
      let format = try PCMFormat(
        sampleRate: format.rate, bytesPerSample: format.width, channels: format.channels)
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
      samples += try stream?.append(bytes.readableBytesUInt8Span) ?? []
      loudestChannel = stream?.loudestChannel ?? loudestChannel
    } catch {
      throw .value(event: "audio-chunk", error.description)
    }
    guard let transcription else {
      // Without a model, voice activity is not known.
      let seconds = Double(samples.count) / Double(PCMStream.sampleRate)
      return times.flatMap { seconds >= $0.longest ? seconds : nil }
    }
    defer { samples = [] }
    return await transcription.appendUntilEnd(samples)
  }

  /// Ends the utterance, and returns all of its audio.
  consuming func finished() throws(ProtocolError) -> UtteranceAudio {
    do throws(AudioError) {
      if var stream = stream.take() {
        samples += try stream.finish()
        transcription?.append(samples)
      }
    } catch {
      throw .value(event: "audio-stop", error.description)
    }
    return transcription.map { .live($0) } ?? .samples(samples, context)
  }
}

/// The audio of an utterance that has ended.
enum UtteranceAudio: Sendable {
  /// The transcription, which began with the utterance.
  case live(LiveTranscription)
  /// The samples of an utterance that began before its model was there: 16 kHz, mono, in [-1, 1].
  case samples([Float], SpeechContext)

  /// Transcribes the utterance.
  ///
  /// - Parameter recognizer: The recognizer of the model for which the utterance began.
  func transcript(
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
