internal import Glibc
public import Logging
internal import NIOCore
public import ServiceLifecycle
internal import Synchronization
internal import SystemPaths
internal import WyomingProtocol

/// The Wyoming protocol's speech-to-text service on one address.
public struct WyomingServer: Service {
  private let address: ListenAddress
  private let service: SpeechService
  private let limits: ServerLimits
  private let logger: Logger
  private let onOpen: @Sendable (ListenAddress, _ ipAddress: String?) -> Void

  /// - Parameter onOpen: Is told the address once it is open, with the port that the system has chosen, and the IP
  ///   address that its host has been found to be; `nil` where there is none.
  public init(
    address: ListenAddress, service: SpeechService, limits: ServerLimits, logger: Logger,
    onOpen: @escaping @Sendable (ListenAddress, _ ipAddress: String?) -> Void = { _, _ in }
  ) {
    self.address = address
    self.service = service
    self.limits = limits
    self.logger = logger
    self.onOpen = onOpen
  }

  /// Serves until the service group shuts down: then it takes no new clients, drops the idle ones, and lets the
  /// others end the utterance that they have begun. On standard input it ends with the input.
  ///
  /// - Throws: ``ListenError`` if the address cannot be listened on.
  public func run() async throws {
    let listener = try await Listener(address: address).open()
    logger.info("listening", metadata: ["uri": "\(listener.address)"])
    onOpen(listener.address, listener.channel.localAddress?.ipAddress)
    let connectionLimit = ConnectionLimit(limits.connections)
    await withTaskCancellationOrGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        for await client in listener.clients {
          guard connectionLimit.acquire() else {
            if connectionLimit.becameFull() {
              logger.warning("turning clients away", metadata: ["connections": "\(limits.connections)"])
            }
            turnAway(client)
            continue
          }
          group.addTask {
            defer { connectionLimit.release() }
            await Connection(service: service, limits: limits, logger: logger).serve(client)
          }
        }
      }
    } onCancelOrGracefulShutdown: {
      // The one client of standard input decides by itself.
      if case .stdio = address.endpoint { return }
      listener.channel.close(promise: nil)
    }
    // Nobody listens there any longer.
    if case .unix(let path) = address.endpoint { _ = Files.unlink(path) }
  }

  private func turnAway(_ client: any Channel) {
    let text = "the server has \(limits.connections) connections, which is its limit"
    client.writeAndFlush(Event.error(text, code: "too-many-connections").encoded())
      .whenComplete { _ in client.close(promise: nil) }
  }
}

/// The number of clients that are served at a time.
private final class ConnectionLimit: Sendable {
  private struct State {
    var free: Int
    var isKnownToBeFull = false
  }

  private let state: Mutex<State>

  init(_ count: Int) {
    state = Mutex(State(free: count))
  }

  func acquire() -> Bool {
    state.withLock { state in
      guard state.free > 0 else { return false }
      state.free -= 1
      return true
    }
  }

  func release() {
    state.withLock { state in
      state.free += 1
      state.isKnownToBeFull = false
    }
  }

  /// True once each time that all places have been taken: a flood of clients is no reason for one of log lines.
  func becameFull() -> Bool {
    state.withLock { state in
      defer { state.isKnownToBeFull = true }
      return !state.isKnownToBeFull
    }
  }
}
