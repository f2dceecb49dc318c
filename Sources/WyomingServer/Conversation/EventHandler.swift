internal import Logging
internal import NIOCore
internal import Recognition
internal import Transducer
internal import WyomingProtocol

/// The reading side of a connection: does what the session says to each event.
struct EventHandler: ~Copyable {
  private let connection: Connection
  private let outbound: Connection.Writer
  private let queue: TranscriptQueue
  private var session: Session
  private var utterance: IncomingUtterance?
  /// How many utterances have begun.
  private var count = 0
  /// Whether the log has it that this client's channels cancel each other.
  private var toldOfChannels = false

  init(connection: Connection, outbound: Connection.Writer, queue: TranscriptQueue) {
    self.connection = connection
    self.outbound = outbound
    self.queue = queue
    session = Session(longestUtterance: connection.limits.utteranceSeconds)
  }

  mutating func handle(_ event: Event) async throws {
    for action in try session.receive(event) {
      switch action {
      case .describe:
        try await connection.send([connection.service.info], outbound)
      case .status:
        try await connection.send([connection.service.status], outbound)
      case .send(let event):
        try await connection.send([event], outbound)
      case .beginUtterance:
        count += 1
        let language = connection.service.language(for: session.request)
        let audio = HeardAudio(for: connection.service.model.recognizer) { [queue, count] segment in
          queue.appendPartial(segment, of: count, in: language)
        }
        utterance = IncomingUtterance(audio)
      case .append(let bytes, let format):
        utterance?.expect(language: connection.service.language(for: session.request))
        try utterance?.append(bytes, format)
        tellOfChannels(format)
      case .finishUtterance(let request):
        guard let ended = utterance.take() else { continue }
        if request.isCut {
          connection.logger.warning(
            "ended an utterance that became too long",
            metadata: ["seconds": "\(connection.limits.utteranceSeconds)"])
        }
        let audio = try ended.finished()
        connection.activity.beginAnswer()
        try await queue.append(count, audio, request)
      }
    }
    connection.activity.moved(isListening: session.isListening)
  }

  private mutating func tellOfChannels(_ format: Session.AudioFormat) {
    guard !toldOfChannels, let channel = utterance?.loudestChannel else { return }
    toldOfChannels = true
    connection.logger.notice(
      "the client's channels cancel each other, the loudest is taken instead of their mean",
      metadata: ["channel": "\(channel + 1)", "channels": "\(format.channels)"])
  }
}
