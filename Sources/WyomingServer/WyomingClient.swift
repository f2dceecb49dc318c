internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import SocketFaults
internal import WyomingProtocol

/// The client's side of a connection to a Wyoming server.
struct WyomingClient: Sendable {
  let address: ListenAddress
  /// Seconds that connecting may take.
  let seconds: Double

  /// What is sent and what is answered.
  struct Conversation {
    fileprivate let address: ListenAddress
    fileprivate let outbound: Connection.Writer
    fileprivate var answers: Connection.Reader.AsyncIterator

    func send(_ event: Event) async throws {
      try await outbound.write(event.encoded())
    }

    /// Waits for an answer of one of these types; others are passed over.
    mutating func next(of types: Set<String>) async throws -> Event {
      while let answer = try await answers.next(isolation: #isolation) {
        let event = try answer.mapError { mistake in
          ClientError(address: address, why: "what answers there is no Wyoming server: \(mistake)")
        }.get()
        if types.contains(event.type) { return event }
      }
      throw ClientError(address: address, why: "it closed the connection without an answer")
    }
  }

  /// Connects, and closes the connection when `body` is done.
  ///
  /// - Throws: ``ClientError`` if the server cannot be reached or breaks off the connection, and what `body` throws.
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
      throw ClientError(address: address, why: "it broke off the connection")
    }
  }

  private func connect() async throws -> Connection.Channel {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(.milliseconds(Int64(seconds * 1000)))
    @Sendable func initialize(_ channel: any Channel) -> EventLoopFuture<Connection.Channel> {
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(EventDecoder()))
        return try Connection.Channel(wrappingChannelSynchronously: channel)
      }
    }
    do {
      switch address.endpoint {
      case .tcp(let host, let port):
        return try await bootstrap.connect(host: host, port: port) { initialize($0) }
      case .unix(let path):
        return try await bootstrap.connect(to: SocketAddress(socketAt: path)) { initialize($0) }
      case .stdio:
        throw ClientError(address: address, why: "standard input has no server to ask")
      }
    } catch let error as ClientError {
      throw error
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw ClientError(address: address, why: reason(SocketFault(error)))
    }
  }

  /// Why there is no connection, and the way out.
  private func reason(_ fault: SocketFault) -> String {
    let isSocketInFiles = if case .unix = address.endpoint { true } else { false }
    switch fault {
    case .system(ECONNREFUSED):
      return "nobody listens there; start it with `lorikeet serve`, or give another --uri"
    case .system(ENOENT) where isSocketInFiles:
      return "nobody listens there; start it with `lorikeet serve`, or give another --uri"
    case .timeout, .system(ETIMEDOUT):
      return "no connection within \(seconds) s; check the address, and whether a firewall is in the way"
    case .system(EACCES) where isSocketInFiles:
      return "\(fault): the socket belongs to another user"
    case .system(EHOSTUNREACH), .system(ENETUNREACH):
      return "\(fault); check the network, or give another --uri"
    default:
      return "\(fault); give another --uri"
    }
  }
}

/// A server that does not do what a client asks of it.
public struct ClientError: Error, Sendable, CustomStringConvertible {
  public let address: ListenAddress
  public let why: String

  public var description: String { "\(address): \(why)" }
}
