internal import Audio
internal import Concurrency
internal import Endpointing
internal import HTTPTypes
internal import JSON
internal import Listening
internal import Logging
internal import NIOCore
internal import NIOWebSocket
internal import OpenAIProtocol
internal import Recognition
internal import ServiceLifecycle
internal import Serving
internal import SocketFaults
internal import Synchronization
internal import Telemetry
internal import Transducer

/// A realtime socket: reads the client's messages, and answers its utterances in order.
struct RealtimeConnection: Sendable {
  let application: HTTPApplication
  let activity: ConnectionActivity

  /// The context of an utterance's answer.
  struct Request: Sendable {
    var item: String
    var service: SpeechService
    var language: String?
  }

  typealias Queue = UtteranceQueue<Request>

  /// Serves the client until the socket is closed.
  func serve(_ socket: HTTPConnection.Socket, _ request: HTTPRequest) async {
    do {
      try await socket.executeThenClose { inbound, outbound in
        let query = RealtimeQuery(request.path ?? "")
        var settings = RealtimeSettings()
        (settings.model, settings.language) = (query.model, query.language)
        let isBeta = request.headerFields[.openAIBeta] != nil
        let id = String(UInt64.random(in: .min ... .max), radix: 36)
        let session = SharedSession(RealtimeSession(id: id, settings: settings, isBeta: isBeta))
        try await withGracefulShutdownHandler {
          try await converse(session, inbound, SocketWriter(outbound, activity))
        } onGracefulShutdown: {
          if activity.drain() { socket.channel.close(promise: nil) }
        }
      }
    } catch {
      application.logger.debug("realtime socket ended", metadata: ["why": "\(SocketFault(error))"])
    }
  }

  private func converse(
    _ session: SharedSession, _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>, _ writer: SocketWriter
  ) async throws {
    let queue = Queue()
    try await writer.send([session.update { $0.created() }])
    activity.moved(isListening: false)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        defer { queue.close() }
        return try await read(session, inbound, writer, queue)
      }
      group.addTask {
        try await answer(session, queue, writer)
        return true
      }
      while let isEnd = try await group.next() {
        if isEnd { group.cancelAll() }
      }
    }
    try await writer.close(.normalClosure)
  }

  /// Reads messages until the client closes its side, or until the server shuts down and no utterance is open.
  ///
  /// - Returns: True if utterances that have ended need no answer any more.
  private func read(
    _ session: SharedSession, _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>, _ writer: SocketWriter,
    _ queue: Queue
  ) async throws -> Bool {
    var hearing = RealtimeHearing(application, session, writer, queue)
    var assembly = MessageAssembly(limit: HTTPLimits.messageBytes)
    for try await frame in inbound {
      switch assembly.take(frame) {
      case .message(let message):
        try await hearing.take(message)
        activity.moved(isListening: hearing.isListening)
        if activity.hasDrained { return false }
      case .ping(let data): try await writer.pong(data)
      case .nothing: break
      case .close(let code):
        try await writer.close(code)
        return true
      }
    }
    return false
  }

  /// Transcribes the utterances that have ended, one after the other, and sends the final text of utterances that have
  /// not.
  private func answer(_ session: SharedSession, _ queue: Queue, _ writer: SocketWriter) async throws {
    var sent: [Int: GrowingText] = [:]
    while let job = await queue.next() {
      switch job {
      case .beginning(let number, let segments, let language):
        guard let (service, item) = session.place(of: number),
          let text = service.beginning(segments, language: language, for: .realtime)
        else { continue }
        guard let delta = sent[number, default: GrowingText()].grow(to: text) else { continue }
        try await writer.send([session.update { $0.delta(delta, of: item) }])
      case .utterance(let number, let audio, let request):
        defer { activity.endAnswer() }
        var known = sent.removeValue(forKey: number) ?? GrowingText()
        do {
          let transcript = try await request.service.answer(
            audio, language: request.language, for: .realtime, within: application.limits.deadlineSeconds,
            application.logger)
          try await complete(transcript, request, known.grow(to: transcript.text), session, writer)
        } catch let error as ServingError {
          application.logger.error("an utterance got no transcript", metadata: ["why": "\(error)"])
          let reason = APIError(500, "\(error)", type: "server_error", code: error.code)
          try await writer.send([session.update { $0.failed(reason, of: request.item) }])
        }
        if activity.hasDrained { return }
      }
    }
  }

  private func complete(
    _ transcript: Transcript, _ request: Request, _ delta: String?, _ session: SharedSession,
    _ writer: SocketWriter
  ) async throws {
    let result = TranscriptionResult(transcript)
    try await writer.send(
      session.update { session in
        (delta.map { [session.delta($0, of: request.item)] } ?? [])
          + [session.completed(result, of: request.item, details: Self.details(transcript))]
      })
  }

  private static func details(_ transcript: Transcript) -> [String: JSONValue] {
    let timings = transcript.timings
    return [
      "audio_seconds": .rounded(transcript.audioSeconds, to: 1e6),
      "latency_seconds": .rounded(timings.total, to: 1e6),
      "device": transcript.device.map(JSONValue.string) ?? .null,
      "bucket": transcript.bucket.map(JSONValue.number) ?? .null,
      "language": transcript.language.map(JSONValue.string) ?? .null,
      "endpoint": transcript.endpoint.map { .string($0.rawValue) } ?? .null,
      "features_seconds": .rounded(timings.features, to: 1e6),
      "encoder_seconds": .rounded(timings.encoder, to: 1e6),
      "decoder_seconds": .rounded(timings.decoder, to: 1e6),
      "words": .array(transcript.spoken.words.map(\.timed)),
    ]
  }
}

/// A session that the reading and the answering side share.
final class SharedSession: Sendable {
  private let session: Mutex<RealtimeSession>
  private let places = Mutex<[Int: (service: SpeechService, item: String)]>([:])

  init(_ session: RealtimeSession) {
    self.session = Mutex(session)
  }

  /// Changes the session, and returns the events that this makes.
  func update<Value: Sendable>(_ body: (inout RealtimeSession) -> sending Value) -> Value {
    session.withLock { body(&$0) }
  }

  /// Notes the service and the item of an utterance; utterances are numbered in the order in which they begin.
  func begin(_ number: Int, _ service: SpeechService, _ item: String) {
    places.withLock { $0 = $0.filter { $0.key > number - 8 }.merging([number: (service, item)]) { $1 } }
  }

  /// The service and the item of an utterance; `nil` if it was long ago.
  func place(of number: Int) -> (service: SpeechService, item: String)? { places.withLock { $0[number] } }
}
