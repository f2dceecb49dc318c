internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOWebSocket

/// The WebSocket of a connection.
typealias HomeSocket = NIOAsyncChannel<HomeInput, HomeOutput>

extension HomeSocket {
  /// The largest message, in bytes. The states of 100,000 entities have about this size.
  static var largestMessage: Int { 64 << 20 }
  /// The longest time for a TCP connection.
  private static var connectLimit: TimeAmount { .seconds(10) }
  /// The longest time for the TLS handshake and the upgrade to a WebSocket, in seconds.
  private static var upgradeSeconds: Int64 { 20 }
  /// The longest time to wait for the other side's goodbye in TLS.
  private static var goodbyeLimit: TimeAmount { .milliseconds(250) }

  /// Connects to Home Assistant. Returns at once when the task is cancelled.
  ///
  /// - Throws: A ``HomeError``, a `CancellationError`, or an error of the networking library.
  static func open(_ address: HomeAddress) async throws -> HomeSocket {
    var tls: NIOSSLContext?
    if address.isEncrypted {
      // Reads the certificates of this machine.
      tls = try await NIOThreadPool.singleton.runIfActive { try makeTLS() }
    }
    let channel = try await connect(address)
    return try await upgrade(channel, address, tls)
  }

  private static func makeTLS() throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .fullVerification
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    configuration.shutdownTimeout = goodbyeLimit
    return try NIOSSLContext(configuration: configuration)
  }

  private static func connect(_ address: HomeAddress) async throws -> any Channel {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let connected: EventLoopFuture<any Channel> = ClientBootstrap(group: eventLoop)
      .connectTimeout(connectLimit)
      .connect(host: address.host, port: address.port)
    // A connection cannot be cancelled while it is made, so it is closed afterwards.
    let result = eventLoop.makePromise(of: (any Channel).self)
    connected.cascade(to: result)
    result.futureResult.whenFailure { _ in
      connected.whenSuccess { $0.close(promise: nil) }
    }
    return try await withTaskCancellationHandler {
      try await result.futureResult.get()
    } onCancel: {
      result.fail(CancellationError())
    }
  }

  private static func upgrade(
    _ channel: any Channel, _ address: HomeAddress, _ tls: NIOSSLContext?
  ) async throws -> HomeSocket {
    let start = ContinuousClock.now
    let limit = channel.eventLoop.scheduleTask(in: .seconds(upgradeSeconds)) { channel.close(promise: nil) }
    defer { limit.cancel() }
    do {
      return try await withTaskCancellationHandler {
        try await channel.eventLoop.flatSubmit {
          do {
            return try configure(channel, address, tls)
          } catch {
            return channel.eventLoop.makeFailedFuture(error)
          }
        }
        .get()
      } onCancel: {
        channel.close(promise: nil)
      }
    } catch {
      channel.close(promise: nil)
      guard start.duration(to: .now) < .seconds(upgradeSeconds) else {
        throw HomeError.timedOut("its answer to the request for a WebSocket", seconds: upgradeSeconds)
      }
      throw error
    }
  }

  /// Adds the handlers of a connected channel, and requests the upgrade. On the channel's event loop.
  private static func configure(
    _ channel: any Channel, _ address: HomeAddress, _ tls: NIOSSLContext?
  ) throws -> EventLoopFuture<HomeSocket> {
    guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
    let pipeline = channel.pipeline.syncOperations
    if let tls {
      // Without a name the certificate has to be for the peer's IP address.
      let name = address.isIPAddress ? nil : address.host
      try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
    }
    let encoder = HTTPRequestEncoder()
    let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
    let check = StatusCheck(address)
    let upgrade = NIOTypedHTTPClientUpgradeHandler(
      httpHandlers: [encoder, decoder, check],
      upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
        upgradeRequestHead: HTTPRequestHead(
          version: .http1_1, method: .GET, uri: address.path, headers: ["Host": address.hostHeader]),
        upgraders: [upgrader],
        notUpgradingCompletionHandler: { channel in
          // The status was checked before.
          channel.eventLoop.makeFailedFuture(HomeError.noWebSocket(address, status: nil))
        }))
    try pipeline.addHandlers(encoder, decoder, check, upgrade)
    return upgrade.upgradeResultFuture
  }

  private static var upgrader: NIOTypedWebSocketClientUpgrader<HomeSocket> {
    // The library's own handling of errors can close the channel before it reports the error.
    NIOTypedWebSocketClientUpgrader(
      maxFrameSize: largestMessage, enableAutomaticErrorHandling: false
    ) { channel, _ in
      channel.eventLoop.makeCompletedFuture {
        let aggregator = NIOWebSocketFrameAggregator(
          minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1 << 16,
          maxAccumulatedFrameSize: largestMessage)
        try channel.pipeline.syncOperations.addHandlers(aggregator, MessageHandler())
        return try HomeSocket(wrappingChannelSynchronously: channel)
      }
    }
  }
}
