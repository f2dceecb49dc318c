internal import Concurrency
internal import HTTPTypes
internal import HummingbirdCore
internal import Listening
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1
internal import NIOSSL
internal import NIOWebSocket
internal import OpenAIProtocol
internal import ServiceLifecycle
internal import SocketFaults
internal import Telemetry

/// The connection of one client: its HTTP requests in order, or its realtime socket.
struct HTTPConnection: HTTPChannelHandler {
  let application: HTTPApplication
  let certificate: ServerCertificate?
  let activity: ConnectionActivity
  let responder: Responder

  typealias HTTP = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
  typealias Socket = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

  /// The protocol of a connection, which its first request decides.
  enum Outcome: Sendable {
    case http(HTTP)
    case realtime(Socket, HTTPRequest)
  }

  /// A connection whose first request is not there yet.
  struct Value: ServerChildChannelValue {
    let outcome: EventLoopFuture<Outcome>
    let channel: any Channel
  }

  init(_ application: HTTPApplication, _ endpoints: Endpoints, _ certificate: ServerCertificate?) {
    self.application = application
    self.certificate = certificate
    let activity = ConnectionActivity(
      stallSeconds: application.limits.stallSeconds, idleSeconds: application.limits.idleSeconds)
    // A client that has connected is waited for.
    activity.moved(isListening: true)
    self.activity = activity
    responder = RequestResponder(application: application, endpoints: endpoints, activity: activity).respond
  }

  /// Serves the client until the connection ends. Errors of a client are logged here and go no further.
  func serve(_ channel: any Channel) async {
    let logger = application.logger
    do {
      let value = try await setup(channel: channel, logger: logger).get()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          await withGracefulShutdownHandler {
            await handle(value: value, logger: logger)
          } onGracefulShutdown: {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
          }
        }
        // Nothing is computed for a client that is gone.
        group.addTask { try await channel.closeFuture.get() }
        group.addTask {
          let seconds = Int(try await activity.stalled())
          logger.info("dropped a client that stalled", metadata: ["seconds": "\(seconds)"])
          channel.pipeline.fireUserInboundEventTriggered(ConnectionStalled())
          try await Task.sleep(for: .milliseconds(200))
          channel.close(promise: nil)
        }
        defer {
          group.cancelAll()
          // Ends the wait for it.
          channel.close(promise: nil)
        }
        try await group.next()
      }
    } catch {
      logger.debug("connection ended", metadata: ["why": "\(SocketFault(error))"])
    }
    channel.close(promise: nil)
  }

  /// Adds the handlers of the protocols to a channel that does not read yet, and begins to read.
  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.submit {
      let pipeline = channel.pipeline.syncOperations
      if let certificate {
        try pipeline.addHandler(NIOSSLServerHandler(context: certificate.context))
      }
      var configuration = NIOUpgradableHTTPServerPipelineConfiguration(
        upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
          upgraders: [realtimeUpgrader(channel)],
          notUpgradingCompletionHandler: { channel in
            channel.eventLoop.makeCompletedFuture { .http(try http(channel)) }
          }))
      // `HTTPChannelHandler` takes one request after the other, and answers errors of the parser.
      configuration.enablePipelining = false
      configuration.enableErrorHandling = false
      configuration.enableResponseHeaderValidation = false
      configuration.decoderConfiguration.maxHeaderFieldSize = HTTPLimits.headerBytes
      configuration.decoderConfiguration.maxHeaderListSize = HTTPLimits.headerBytes
      configuration.decoderConfiguration.maxHeaderFieldCount = 200
      let outcome = try pipeline.configureUpgradableHTTPServerPipeline(configuration: configuration)
      let upgradeHandler = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Outcome>.self)
      let first = FirstRequestHandler { [application] head in
        guard let request = try? HTTPRequest(head, secure: false, splitCookie: false) else {
          return APIError(400, "The request is not HTTP.")
        }
        return application.refusal(ofRealtime: request)
      }
      try pipeline.addHandler(first, position: .before(upgradeHandler))
      try InboundBufferHandler.leave(channel)
      return Value(outcome: outcome, channel: channel)
    }
  }

  private func http(_ channel: any Channel) throws -> HTTP {
    try channel.pipeline.syncOperations.addHandlers([
      HTTP1ToHTTPServerCodec(secure: certificate != nil),
      HTTPConnectionStateHandler(logger: application.logger),
    ])
    return try HTTP(
      wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
  }

  /// Makes a realtime socket of a request that ``FirstRequestHandler`` has let through.
  private func realtimeUpgrader(_ channel: any Channel) -> NIOTypedWebSocketServerUpgrader<Outcome> {
    let request = NIOLoopBoundBox<HTTPRequest?>(nil, eventLoop: channel.eventLoop)
    return NIOTypedWebSocketServerUpgrader(
      maxFrameSize: HTTPLimits.messageBytes,
      shouldUpgrade: { channel, head in
        channel.eventLoop.makeCompletedFuture {
          request.value = try HTTPRequest(head, secure: certificate != nil, splitCookie: false)
          let isAsked = head.headers[canonicalForm: "sec-websocket-protocol"].contains("realtime")
          return isAsked ? ["Sec-WebSocket-Protocol": "realtime"] : [:]
        }
      },
      upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(StallHandler())
          let socket = try Socket(
            wrappingChannelSynchronously: channel,
            configuration: .init(
              backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4),
              isOutboundHalfClosureEnabled: true))
          return .realtime(
            socket, request.value ?? HTTPRequest(method: .get, scheme: nil, authority: nil, path: nil))
        }
      })
  }

  /// Answers the requests of a connection, or its realtime socket.
  func handle(value: Value, logger: Logger) async {
    do {
      let outcome = try await value.outcome.get()
      let kind: SpeechMetrics.ClientProtocol = if case .http = outcome { .http } else { .realtime }
      application.metrics.changeConnections(kind, by: 1)
      defer { application.metrics.changeConnections(kind, by: -1) }
      switch outcome {
      case .http(let http): await handleHTTP(asyncChannel: http, logger: logger)
      case .realtime(let socket, let request):
        await RealtimeConnection(application: application, activity: activity)
          .serve(socket, request)
      }
    } catch {
      logger.debug("connection ended", metadata: ["why": "\(SocketFault(error))"])
    }
  }
}
