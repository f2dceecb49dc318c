public import Addresses
internal import Listening
public import Logging
internal import NIOCore
public import ServiceLifecycle
public import Serving
internal import SystemPaths
internal import Telemetry
internal import WyomingProtocol

/// A speech-to-text server with the Wyoming protocol on one address.
public struct WyomingServer: Service {
  private let address: ListenAddress
  private let service: SpeechService
  private let limits: ServerLimits
  private let version: String
  private let logger: Logger
  private let onOpen: @Sendable (ListenAddress, _ ipAddress: String?) -> Void

  /// Creates a server.
  ///
  /// - Parameters:
  ///   - version: The version that clients are told.
  ///   - onOpen: Called when the address is open, with the address, where port 0 is replaced by the chosen port,
  ///     and the IP address of its host; `nil` if it has none.
  public init(
    address: ListenAddress, service: SpeechService, limits: ServerLimits, version: String, logger: Logger,
    onOpen: @escaping @Sendable (ListenAddress, _ ipAddress: String?) -> Void = { _, _ in }
  ) {
    self.address = address
    self.service = service
    self.limits = limits
    self.version = version
    self.logger = logger
    self.onOpen = onOpen
  }

  /// Serves until the service group shuts down. Then it accepts no new clients, drops the idle ones, and lets the
  /// others finish the utterance that they have begun. On standard input it ends with the input.
  ///
  /// - Throws: `ListeningError` if the address cannot be listened on.
  public func run() async throws {
    let listener = try await Listener(address: address).open()
    logger.info("listening", metadata: ["uri": "\(listener.address)"])
    onOpen(listener.address, listener.channel.localAddress?.ipAddress)
    await withTaskCancellationOrGracefulShutdownHandler {
      await listener.serve(upTo: limits.connections, logger, turnAway: turnAway) { client in
        service.metrics.changeConnections(.wyoming, by: 1)
        defer { service.metrics.changeConnections(.wyoming, by: -1) }
        await Connection(service: service, limits: limits, version: version, logger: logger).serve(client)
      }
    } onCancelOrGracefulShutdown: {
      // The one client of standard input ends the server by closing the input.
      if case .stdio = address.endpoint { return }
      listener.channel.close(promise: nil)
    }
    // The socket file outlives the closed socket.
    if case .unix(let path) = address.endpoint { _ = Files.unlink(path) }
  }

  private func turnAway(_ client: any Channel) {
    let text = "the server has \(limits.connections) connections, which is its limit"
    client.writeAndFlush(Event.error(text, code: "too-many-connections").encoded())
      .whenComplete { _ in client.close(promise: nil) }
  }
}
