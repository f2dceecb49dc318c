internal import Audio
internal import Listening
internal import Logging
internal import NIOCore
internal import Names
internal import Recognition
internal import Serving
internal import StatusReport
internal import Transducer
internal import WyomingProtocol

/// The reading side of a connection, which carries out the session's actions.
struct EventHandler: ~Copyable {
  private let connection: Connection
  private let outbound: Connection.Writer
  private let queue: Connection.Queue
  private let context: (Session.Request, [BoostedPhrase]) -> SpeechContext
  private var session: Session
  private var utterance: UtteranceIntake?
  /// The names at the beginning of the utterance, which hold to its end.
  private var names: [BoostedPhrase] = []
  /// The number of utterances that have begun.
  private var count = 0
  /// True after the client was told that the speaker of this utterance has begun.
  private var hasReportedVoice = false
  /// True after the log has a line about this client's channels, which cancel each other.
  private var hasReportedChannels = false

  /// - Parameter context: Returns what a request and the names of the home say about an utterance. It is called when an
  ///   utterance begins and when its request changes, not for each chunk of audio.
  init(
    connection: Connection, outbound: Connection.Writer, queue: Connection.Queue,
    context: @escaping (Session.Request, _ names: [BoostedPhrase]) -> SpeechContext
  ) {
    self.connection = connection
    self.outbound = outbound
    self.queue = queue
    self.context = context
    session = Session(longestUtterance: connection.limits.utteranceSeconds)
  }

  /// Handles the next event.
  ///
  /// - Throws: ``ProtocolError`` if the event cannot be used, and errors of the connection.
  mutating func handle(_ event: Event) async throws {
    // An event can begin an utterance and end it, and its end resets the session's request.
    let request = session.request
    for action in try session.receive(event) {
      switch action {
      case .describe:
        let program = SpeechProgram(connection.service, version: connection.version)
        try await connection.send([.info([program])], outbound)
      case .status:
        try await connection.send([.status(connection.service.status.json)], outbound)
      case .send(let event):
        try await connection.send([event], outbound)
      case .beginUtterance:
        begin(request)
      case .changeRequest(let request):
        utterance?.expect(
          context(request, names), endingAfter: connection.service.endpointTimes(for: request))
      case .append(let bytes, let format):
        utterance?.arrived(connection.service.model.recognizer)
        let end = try await append(bytes, format)
        reportChannels(format)
        try await reportVoice(endingAt: end)
      case .finishUtterance(let request):
        try await finish(request)
      }
    }
    connection.activity.moved(isListening: session.isListening)
  }

  private mutating func begin(_ request: Session.Request) {
    count += 1
    hasReportedVoice = false
    names = connection.service.names.phrases
    let context = context(request, names)
    utterance = UtteranceIntake(
      for: connection.service.model.recognizer, in: context,
      endingAfter: connection.service.endpointTimes(for: request)
    ) { [queue, count] segment in
      queue.appendPartial(segment, of: count, in: context.language)
    }
  }

  /// Tells the client that the speaker has begun or has finished, if the server hears that; the utterance ends with the
  /// speaker.
  private mutating func reportVoice(endingAt end: Double?) async throws {
    guard connection.service.endpointing != nil else { return }
    if !hasReportedVoice, let start = utterance?.speechStart {
      hasReportedVoice = true
      try await connection.send([.voiceStarted(atSeconds: start)], outbound)
    }
    guard let end else { return }
    if hasReportedVoice { try await connection.send([.voiceStopped(atSeconds: end)], outbound) }
    for case .finishUtterance(let request) in session.endUtterance() { try await finish(request) }
  }

  private mutating func finish(_ request: Session.Request) async throws {
    guard let ended = utterance.take() else { return }
    if request.isTruncated {
      connection.logger.warning(
        "ended an utterance that became too long",
        metadata: ["seconds": "\(connection.limits.utteranceSeconds)"])
    }
    let audio: UtteranceAudio
    do throws(AudioError) {
      audio = try ended.finished()
    } catch {
      throw ProtocolError.value(event: "audio-stop", error.description)
    }
    connection.activity.beginAnswer()
    try await queue.append(count, audio, request)
  }

  private mutating func append(_ bytes: ByteBuffer, _ format: Session.AudioFormat) async throws -> Double? {
    do throws(AudioError) {
      return try await utterance?.append(
        Array(bytes.readableBytesView),
        PCMFormat(sampleRate: format.rate, bytesPerSample: format.width, channels: format.channels))
    } catch {
      throw ProtocolError.value(event: "audio-chunk", error.description)
    }
  }

  private mutating func reportChannels(_ format: Session.AudioFormat) {
    guard !hasReportedChannels, let channel = utterance?.loudestChannel else { return }
    hasReportedChannels = true
    connection.logger.notice(
      "the client's channels cancel each other, the loudest is taken instead of their mean",
      metadata: ["channel": "\(channel + 1)", "channels": "\(format.channels)"])
  }
}
