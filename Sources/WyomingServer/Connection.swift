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

  typealias Channel = NIOAsyncChannel<Event, ByteBuffer>
  private typealias Writer = NIOAsyncChannelOutboundWriter<ByteBuffer>

  /// Utterances of one client that may wait for their transcripts; then it is no longer read from.
  private static let waitingUtterances = 4

  /// An utterance that waits for its transcript.
  private struct Job: Sendable {
    let utterance: Utterance
    let request: Session.Request
  }

  /// Serves the client until it is done. Whatever goes wrong with a client ends here.
  func serve(_ channel: Channel) async {
    do {
      try await channel.executeThenClose { inbound, outbound in
        try await converse(inbound, outbound)
      }
    } catch {
      logger.debug("connection ended: \(error)")
    }
  }

  private func converse(
    _ inbound: NIOAsyncChannelInboundStream<Event>, _ outbound: Writer
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
        try await read(inbound, outbound, queue, answers)
      }
      try await group.waitForAll()
    }
  }

  /// Reads events until the client ends its side or the server shuts down.
  private func read(
    _ inbound: NIOAsyncChannelInboundStream<Event>, _ outbound: Writer,
    _ queue: AsyncStream<Job>.Continuation, _ answers: AsyncStream<Void>
  ) async throws {
    do {
      try await handle(inbound, outbound, queue, answers)
    } catch let error as ProtocolError {
      logger.warning("refused a client: \(error)")
      try await outbound.write(Event.error(error.description, code: error.code).encoded())
      throw error
    }
  }

  private func handle(
    _ inbound: NIOAsyncChannelInboundStream<Event>, _ outbound: Writer,
    _ queue: AsyncStream<Job>.Continuation, _ answers: AsyncStream<Void>
  ) async throws {
    var session = Session()
    var utterance: IncomingUtterance?
    var waiting = 0
    var answers = answers.makeAsyncIterator()
    for try await event in inbound.cancelOnGracefulShutdown() {
      for action in try session.receive(event) {
        switch action {
        case .describe:
          try await outbound.write(info)
        case .send(let event):
          try await outbound.write(event.encoded())
        case .beginUtterance:
          utterance = IncomingUtterance(recognizer.utterance())
        case .append(let bytes, let format):
          try utterance?.append(bytes, format)
        case .finishUtterance(let request):
          guard let ended = utterance.take() else { continue }
          while waiting >= Self.waitingUtterances {
            guard await answers.next() != nil else { return }
            waiting -= 1
          }
          waiting += 1
          queue.yield(Job(utterance: try ended.finished(), request: request))
        }
      }
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
