internal import Listening
internal import Logging
internal import NIOCore
internal import Recognition
internal import ServiceLifecycle
internal import Serving
internal import SocketFaults
internal import SystemPaths
internal import Telemetry
internal import WyomingProtocol

/// The connection of one client: reads its events, and answers its utterances in order.
///
/// Reading continues while an utterance is transcribed, so that `describe` and `ping` are answered at any time.
struct Connection: Sendable {
  let service: SpeechService
  let limits: ServerLimits
  let version: String
  let logger: Logger
  let activity: ConnectionActivity

  typealias Channel = NIOAsyncChannel<Result<Event, ProtocolError>, ByteBuffer>
  typealias Reader = NIOAsyncChannelInboundStream<Result<Event, ProtocolError>>
  typealias Queue = UtteranceQueue<Session.Request>
  typealias Writer = NIOAsyncChannelOutboundWriter<ByteBuffer>

  init(service: SpeechService, limits: ServerLimits, version: String, logger: Logger) {
    self.service = service
    self.limits = limits
    self.version = version
    self.logger = logger
    activity = ConnectionActivity(
      stallSeconds: limits.stallSeconds, idleSeconds: limits.idleSeconds)
  }

  /// The number of events that can wait for the handler before reading stops: an event can be large.
  private static let waitingEvents = NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark(
    lowWatermark: 1, highWatermark: 4)

  /// Serves the client until the connection ends. Errors of a client are logged here and go no further.
  func serve(_ channel: any NIOCore.Channel) async {
    do {
      let connection = try await channel.eventLoop.submit {
        try channel.pipeline.syncOperations.addHandler(
          ByteToMessageHandler(EventDecoder(limits: limits.events)))
        let connection = try Channel(
          wrappingChannelSynchronously: channel,
          configuration: .init(backPressureStrategy: Self.waitingEvents, isOutboundHalfClosureEnabled: true))
        try InboundBufferHandler.leave(channel)
        return connection
      }.get()
      try await connection.executeThenClose { inbound, outbound in
        try await withGracefulShutdownHandler {
          try await converse(inbound, outbound, channel)
        } onGracefulShutdown: {
          if activity.drain() { channel.close(promise: nil) }
        }
      }
    } catch {
      logger.debug("connection ended", metadata: ["why": "\(SocketFault(error))"])
      channel.close(promise: nil)
    }
  }

  /// Reads, answers and watches at the same time. The first that fails cancels the others, as does the end of
  /// answering: nothing is computed for a client that is gone.
  private func converse(
    _ inbound: Reader, _ outbound: Writer, _ channel: any NIOCore.Channel
  ) async throws {
    let queue = Queue()
    try await withThrowingTaskGroup(of: Part.self) { group in
      group.addTask {
        // A client can close its sending side after its last event and still wait for the answer.
        defer { queue.close() }
        try await read(inbound, outbound, channel, queue)
        return .reading
      }
      group.addTask {
        try await answer(queue, outbound)
        return .answering
      }
      group.addTask {
        try await watch(channel)
        return .watching
      }
      while let part = try await group.next() {
        if part == .answering { group.cancelAll() }
      }
    }
  }

  private enum Part: Sendable {
    case reading, answering, watching
  }

  /// Closes the channel of a client that has stalled.
  private func watch(_ channel: any NIOCore.Channel) async throws {
    let seconds = Int(try await activity.stalled())
    logger.info("dropped a client that stalled", metadata: ["seconds": "\(seconds)"])
    // The client learns the reason if it reads at all; the write is not waited for.
    let error = Event.error("nothing came for \(seconds) s", code: "stalled")
    channel.writeAndFlush(error.encoded(), promise: nil)
    channel.close(promise: nil)
  }

  /// Reads events until the client ends its side, or until the server shuts down and no utterance is open.
  private func read(
    _ inbound: Reader, _ outbound: Writer, _ channel: any NIOCore.Channel, _ queue: Queue
  ) async throws {
    var handler = EventHandler(
      connection: self, outbound: outbound, queue: queue
    ) { request, names in
      service.context(language: request.language, phrases: request.phrases, names: names)
    }
    var isRefused = false
    for try await event in inbound where !isRefused {
      do {
        try await handler.handle(try event.get())
        if activity.hasDrained { return }
      } catch let error as ProtocolError {
        isRefused = true
        try await refuse(error, outbound, channel)
      }
    }
  }

  /// Sends the error and closes the connection: at once if the client closes too, otherwise after a second in which
  /// its input is swallowed.
  private func refuse(
    _ error: ProtocolError, _ outbound: Writer, _ channel: any NIOCore.Channel
  ) async throws {
    let why = error.setting.map { "\(error): that is the server's setting \($0)" } ?? "\(error)"
    logger.warning("refused a client", metadata: ["why": "\(why)"])
    try await send([.error(why, code: error.code)], outbound)
    outbound.finish()
    channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
  }

  /// Transcribes the utterances that have ended, one after the other, and sends the final text of utterances that have
  /// not.
  private func answer(_ queue: Queue, _ outbound: Writer) async throws {
    var stream = TranscriptEvents()
    while let job = await queue.next() {
      switch job {
      case .beginning(let number, let segments, let language):
        guard let text = service.beginning(segments, language: language, for: .wyoming) else { continue }
        try await send(stream.beginning(text, of: number, language: language), outbound)
      case .utterance(let number, let audio, let request):
        defer { activity.endAnswer() }
        do {
          let transcript = try await service.answer(
            audio, language: request.language, for: .wyoming, within: limits.deadlineSeconds, logger)
          try await send(
            stream.transcript(transcript.text, of: number, language: transcript.language), outbound)
        } catch let error as ServingError {
          logger.error("an utterance got no transcript", metadata: ["why": "\(error)"])
          try await send([.error(error.description.readable, code: error.code)], outbound)
          // Old versions of Home Assistant ignore the error and wait until the connection closes: throwing closes it.
          throw error
        }
      }
    }
  }

  /// Sends events together.
  func send(_ events: [Event], _ outbound: Writer) async throws {
    guard !events.isEmpty else { return }
    var bytes = ByteBuffer()
    for event in events {
      var encoded = event.encoded()
      bytes.writeBuffer(&encoded)
    }
    try await send(bytes, outbound)
  }

  private func send(_ bytes: ByteBuffer, _ outbound: Writer) async throws {
    try await activity.writing { try await outbound.write(bytes) }
  }
}
