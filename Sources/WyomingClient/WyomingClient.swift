internal import Addresses
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import SocketFaults
internal import WyomingProtocol

/// The client's side of a connection to a Wyoming server.
struct WyomingClient: Sendable {
  let address: ListenAddress
  /// The longest time to wait for the connection, in seconds.
  let seconds: Double

  private typealias Channel = NIOAsyncChannel<Result<Event, ProtocolError>, ByteBuffer>

  /// An open connection: events out, answers in.
  struct Conversation {
    fileprivate let address: ListenAddress
    fileprivate let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    fileprivate var answers: NIOAsyncChannelInboundStream<Result<Event, ProtocolError>>.AsyncIterator

    /// Sends an event.
    func send(_ event: Event) async throws {
      try await outbound.write(event.encoded())
    }

    /// Waits for an answer of one of these types, and skips others.
    mutating func next(of types: Set<String>) async throws -> Event {
      while let answer = try await answers.next(isolation: #isolation) {
        let event = try answer.mapError { ClientError(address, .notWyoming($0)) }.get()
        if types.contains(event.type) { return event }
      }
      throw ClientError(address, .closed)
    }
  }

  /// Connects, and closes the connection when `body` returns.
  ///
  /// - Throws: ``ClientError`` if the server cannot be reached or breaks the connection, and the errors of `body`.
  func converse<Result: Sendable>(
    _ body: (inout Conversation) async throws -> Result
  ) async throws -> Result {
    let channel = try await connect()
    do {
      return try await channel.executeThenClose { inbound, outbound in
        var conversation = Conversation(
          address: address, outbound: outbound, answers: inbound.makeAsyncIterator())
        return try await body(&conversation)
      }
    } catch {
      guard SocketFault(error).isBrokenConnection else { throw error }
      throw ClientError(address, .broken)
    }
  }

  private func connect() async throws -> Channel {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(.milliseconds(Int64(seconds * 1000)))
    @Sendable func initialize(_ channel: any NIOCore.Channel) -> EventLoopFuture<Channel> {
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(EventDecoder()))
        return try Channel(wrappingChannelSynchronously: channel)
      }
    }
    do {
      switch address.endpoint {
      case .tcp(let host, let port):
        return try await bootstrap.connect(host: host, port: port) { initialize($0) }
      case .unix(let path):
        return try await bootstrap.connect(to: SocketAddress(socketAt: path)) { initialize($0) }
      case .stdio:
        throw ClientError(address, .standardInput)
      }
    } catch let error as ClientError {
      throw error
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw ClientError(address, reason(SocketFault(error)))
    }
  }

  private func reason(_ fault: SocketFault) -> ClientError.Reason {
    let isSocketInFiles = if case .unix = address.endpoint { true } else { false }
    return switch fault {
    case .system(ECONNREFUSED): .noServer
    case .system(ENOENT) where isSocketInFiles: .noServer
    case .timeout, .system(ETIMEDOUT): .noConnection(seconds: seconds)
    case .system(EACCES) where isSocketInFiles: .socketOfAnotherUser(fault)
    case .system(EHOSTUNREACH), .system(ENETUNREACH): .noRoute(fault)
    default: .unreachable(fault)
    }
  }
}
