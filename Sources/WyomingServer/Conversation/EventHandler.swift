internal import Logging
internal import NIOCore
internal import Names
internal import Recognition
internal import Transducer
internal import WyomingProtocol

/// The reading side of a connection, which carries out the session's actions.
struct EventHandler: ~Copyable {
  private let connection: Connection
  private let outbound: Connection.Writer
  private let queue: TranscriptQueue
  private let context: (Session.Request, [BoostedPhrase]) -> SpeechContext
  private var session: Session
  private var utterance: UtteranceIntake?
  /// The names at the beginning of the utterance, which hold to its end.
  private var names: [BoostedPhrase] = []
  /// The number of utterances that have begun.
  private var count = 0
  /// True after the log has a line about this client's channels, which cancel each other.
  private var hasReportedChannels = false

  /// - Parameter context: Returns what a request and the names of the home say about an utterance. It is called when an
  ///   utterance begins and when its request changes, not for each chunk of audio.
  init(
    connection: Connection, outbound: Connection.Writer, queue: TranscriptQueue,
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
        try await connection.send([connection.service.info], outbound)
      case .status:
        try await connection.send([connection.service.status], outbound)
      case .send(let event):
        try await connection.send([event], outbound)
      case .beginUtterance:
        begin(request)
      case .changeRequest(let request):
        utterance?.expect(context(request, names))
      case .append(let bytes, let format):
        try utterance?.append(bytes, format)
        reportChannels(format)
      case .finishUtterance(let request):
        try await finish(request)
      }
    }
    connection.activity.moved(isListening: session.isListening)
  }

  private mutating func begin(_ request: Session.Request) {
    count += 1
    names = connection.service.names.phrases
    let context = context(request, names)
    utterance = UtteranceIntake(for: connection.service.model.recognizer, in: context) {
      [queue, count] segment in queue.appendPartial(segment, of: count, in: context.language)
    }
  }

  private mutating func finish(_ request: Session.Request) async throws {
    guard let ended = utterance.take() else { return }
    if request.isTruncated {
      connection.logger.warning(
        "ended an utterance that became too long",
        metadata: ["seconds": "\(connection.limits.utteranceSeconds)"])
    }
    let audio = try ended.finished()
    connection.activity.beginAnswer()
    try await queue.append(count, audio, request)
  }

  private mutating func reportChannels(_ format: Session.AudioFormat) {
    guard !hasReportedChannels, let channel = utterance?.loudestChannel else { return }
    hasReportedChannels = true
    connection.logger.notice(
      "the client's channels cancel each other, the loudest is taken instead of their mean",
      metadata: ["channel": "\(channel + 1)", "channels": "\(format.channels)"])
  }
}
