internal import Logging
internal import NIOCore
internal import Recognition
internal import ServiceLifecycle
internal import WyomingProtocol

/// One client: reads its events, and answers its utterances in their order.
///
/// Reading goes on while an utterance is transcribed, so that `describe` and `ping` are answered at any time.
struct Connection: Sendable {
  let recognizer: Recognizer
  /// The answer to `describe`.
  let info: ByteBuffer
  /// The language of utterances whose client names none.
  let language: String?
  let logger: Logger

  typealias Channel = NIOAsyncChannel<Result<Event, ProtocolError>, ByteBuffer>
  private typealias Reader = NIOAsyncChannelInboundStream<Result<Event, ProtocolError>>
  private typealias Writer = NIOAsyncChannelOutboundWriter<ByteBuffer>

  /// Utterances of one client that may wait for their transcripts; then it is no longer read from.
  private static let waitingUtterances = 4

  /// An utterance that waits for its transcript.
  private struct Job: Sendable {
    let utterance: Utterance
    let request: Session.Request
  }

  /// Serves the client until it is done. Whatever goes wrong with a client ends here.
  func serve(_ channel: any NIOCore.Channel) async {
    do {
      let connection = try await channel.eventLoop.submit {
        try Channel(
          wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
      }.get()
      try await channel.setOption(.autoRead, value: true).get()
      try await connection.executeThenClose { inbound, outbound in
        try await converse(inbound, outbound, channel)
      }
    } catch {
      logger.debug("connection ended: \(error)")
      channel.close(promise: nil)
    }
  }

  private func converse(
    _ inbound: Reader, _ outbound: Writer, _ channel: any NIOCore.Channel
  ) async throws {
    let (jobs, queue) = AsyncStream<Job>.makeStream()
    let (answers, answered) = AsyncStream<Void>.makeStream()
    // Whichever fails first ends the other: what a client that is gone still waits for is not computed.
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for await job in jobs {
          try await answer(job, outbound)
          answered.yield()
        }
      }
      group.addTask {
        // A client may close its sending side after its last event and still wait for the answer.
        defer { queue.finish() }
        try await read(inbound, outbound, channel, queue, answers)
      }
      try await group.waitForAll()
    }
  }

  /// Reads events until the client ends its side or the server shuts down.
  private func read(
    _ inbound: Reader, _ outbound: Writer, _ channel: any NIOCore.Channel,
    _ queue: AsyncStream<Job>.Continuation, _ answers: AsyncStream<Void>
  ) async throws {
    var desk = Desk(connection: self, outbound: outbound, queue: queue, answers: answers.makeAsyncIterator())
    var isRefused = false
    for try await event in inbound.cancelOnGracefulShutdown() where !isRefused {
      do {
        try await desk.handle(try event.get())
      } catch let error as ProtocolError {
        isRefused = true
        try await refuse(error, outbound, channel)
      }
    }
  }

  /// Tells the client what is wrong and closes: at once if it closes too, else after a second in which what it
  /// still sends is swallowed.
  private func refuse(
    _ error: ProtocolError, _ outbound: Writer, _ channel: any NIOCore.Channel
  ) async throws {
    logger.warning("refused a client: \(error)")
    try await outbound.write(Event.error(error.description, code: error.code).encoded())
    outbound.finish()
    channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
  }

  /// What the reading side of a connection keeps from event to event.
  private struct Desk: ~Copyable {
    let connection: Connection
    let outbound: Writer
    let queue: AsyncStream<Job>.Continuation
    var answers: AsyncStream<Void>.AsyncIterator
    var session = Session()
    var utterance: IncomingUtterance?
    var waiting = 0

    init(
      connection: Connection, outbound: Writer, queue: AsyncStream<Job>.Continuation,
      answers: AsyncStream<Void>.AsyncIterator
    ) {
      self.connection = connection
      self.outbound = outbound
      self.queue = queue
      self.answers = answers
    }

    mutating func handle(_ event: Event) async throws {
      for action in try session.receive(event) {
        switch action {
        case .describe:
          try await outbound.write(connection.info)
        case .send(let event):
          try await outbound.write(event.encoded())
        case .beginUtterance:
          utterance = IncomingUtterance(connection.recognizer.utterance())
        case .append(let bytes, let format):
          try utterance?.append(bytes, format)
        case .finishUtterance(let request):
          guard let ended = utterance.take() else { continue }
          try await finish(ended, request)
        }
      }
    }

    private mutating func finish(_ ended: consuming IncomingUtterance, _ request: Session.Request) async throws {
      while waiting >= Connection.waitingUtterances {
        guard await answers.next(isolation: #isolation) != nil else { throw CancellationError() }
        waiting -= 1
      }
      waiting += 1
      queue.yield(Job(utterance: try ended.finished(), request: request))
    }
  }

  private func answer(_ job: Job, _ outbound: Writer) async throws {
    do {
      let language = job.request.language ?? language
      let transcript = try await recognizer.transcribe(job.utterance, language: language)
      try await outbound.write(Event.transcript(transcript.text, language: language).encoded())
      logger.info("\(UtteranceReport(transcript))")
    } catch let error as RecognitionError {
      if case .cancelled = error { throw error }
      logger.error("an utterance could not be transcribed: \(error)")
      try await outbound.write(Event.error(error.description, code: "recognition-failed").encoded())
      // Old Home Assistants ignore the error and wait until the connection closes: throw, to close it.
      throw error
    }
  }
}

/// The line in the log for an utterance: how long it took and where, never what was said.
struct UtteranceReport: CustomStringConvertible {
  private let transcript: Transcript

  init(_ transcript: Transcript) {
    self.transcript = transcript
  }

  var description: String {
    let timings = transcript.timings
    return """
      utterance audio_s=\(hundredths(transcript.audioSeconds)) total_ms=\(milliseconds(timings.total)) \
      features_ms=\(milliseconds(timings.features)) encoder_ms=\(milliseconds(timings.encoder)) \
      decoder_ms=\(milliseconds(timings.decoder)) steps=\(timings.decoderSteps) \
      device=\(transcript.device ?? "none")
      """
  }

  private func milliseconds(_ seconds: Double) -> Double { (seconds * 10_000).rounded() / 10 }
  private func hundredths(_ seconds: Double) -> Double { (seconds * 100).rounded() / 100 }
}
