internal import Audio
internal import Devices
internal import NIOCore
internal import Recognition
internal import Transducer
internal import WyomingProtocol

/// The audio of one utterance as it arrives: bytes in the client's format become samples, which are transcribed at
/// once, or kept while the model is not there.
struct UtteranceIntake: ~Copyable {
  private let transcription: LiveTranscription?
  private var context: SpeechContext
  /// The samples so far, if there is no recognizer for them.
  private var samples: [Float] = []
  private var stream: PCMStream?
  /// The channel that is taken alone because the client's channels cancel each other, from 0; `nil` while they do not.
  private(set) var loudestChannel: Int?

  /// Begins an utterance.
  ///
  /// - Parameters:
  ///   - recognizer: The recognizer; `nil` if the model is not there yet.
  ///   - context: What is known about the utterance so far.
  ///   - onSegment: Called in order with each segment that is final before the utterance has ended.
  init(
    for recognizer: Recognizer?, in context: SpeechContext = SpeechContext(),
    onSegment: @escaping @Sendable (SpokenText) -> Void = { _ in }
  ) {
    self.context = context
    transcription = recognizer?.listen(in: context, onSegment: onSegment)
  }

  /// Replaces what is known about the utterance.
  mutating func expect(_ context: SpeechContext) {
    self.context = context
    transcription?.expect(context)
  }

  /// Takes the next bytes; a sample can be split between two calls.
  ///
  /// - Throws: ``ProtocolError`` if the format is not supported.
  mutating func append(_ bytes: ByteBuffer, _ format: Session.AudioFormat) throws(ProtocolError) {
    do throws(AudioError) {
      let format = try PCMFormat(
        sampleRate: format.rate, bytesPerSample: format.width, channels: format.channels)
      if var stream = stream.take() {
        if stream.format == format {
          self.stream = consume stream
        } else {
          // Each chunk can have its own format.
          append(try stream.finish())
          self.stream = try PCMStream(format: format)
        }
      } else {
        stream = try PCMStream(format: format)
      }
      if let samples = try stream?.append(bytes.readableBytesUInt8Span) { append(samples) }
      loudestChannel = stream?.loudestChannel ?? loudestChannel
    } catch {
      throw .value(event: "audio-chunk", error.description)
    }
  }

  /// Ends the utterance, and returns all of its audio.
  consuming func finished() throws(ProtocolError) -> UtteranceAudio {
    do throws(AudioError) {
      if var stream = stream.take() { append(try stream.finish()) }
    } catch {
      throw .value(event: "audio-stop", error.description)
    }
    return transcription.map { .live($0) } ?? .samples(samples, context)
  }

  private mutating func append(_ new: [Float]) {
    if let transcription {
      transcription.append(new)
    } else {
      samples += new
    }
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
