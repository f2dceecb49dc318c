public import Addresses
internal import Glibc
public import NIOCore
internal import NIOPosix
internal import SocketFaults
internal import SystemPaths

/// A listener that opens an address and accepts clients.
///
/// It returns plain channels, each with its ``InboundBufferHandler``, and not `NIOAsyncChannel`s: one that is never
/// used, because the server stops, would trap (swift-nio#2637).
public struct Listener: Sendable {
  private let address: ListenAddress

  /// An open address with its clients; the stream ends when the address is closed.
  public struct Opened: Sendable {
    /// The listening socket.
    public let channel: any Channel
    /// The clients; see ``InboundBufferHandler/leave(_:)``.
    public let clients: AsyncStream<any Channel>
    /// The address with the port that the system has chosen.
    public let address: ListenAddress
  }

  /// Creates a listener on an address.
  public init(address: ListenAddress) {
    self.address = address
  }

  /// Opens the address.
  public func open() async throws(ListeningError) -> Opened {
    let (clients, arrivals) = AsyncStream<any Channel>.makeStream()
    do {
      var address = address
      let channel: any Channel
      switch address.endpoint {
      case .tcp(let host, let port):
        channel = try await bootstrap(arrivals).bind(host: host, port: port).get()
        address.endpoint = .tcp(host: host, port: channel.localAddress?.port ?? port)
      case .unix(let path):
        try await refuseIfServed(path)
        try removeSocket(path)
        channel = try await bootstrap(arrivals).bind(to: SocketAddress(socketAt: path)).get()
      case .stdio:
        channel = try await openStandardStreams()
        arrivals.yield(channel)
      }
      channel.closeFuture.whenComplete { _ in arrivals.finish() }
      return Opened(channel: channel, clients: clients, address: address)
    } catch {
      throw error as? ListeningError ?? ListeningError(address: address, why: reason(error))
    }
  }

  private func bootstrap(_ arrivals: AsyncStream<any Channel>.Continuation) -> ServerBootstrap {
    let isTCP = if case .tcp = address.endpoint { true } else { false }
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      // A client that has closed its sending side can still read.
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try InboundBufferHandler.enter(channel)
          if case .terminated = arrivals.yield(channel) { channel.close(promise: nil) }
        }
      }
    guard isTCP else { return bootstrap }
    return
      bootstrap
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
  }

  /// Opens standard input and output as one channel, on copies of the descriptors, which the channel closes.
  private func openStandardStreams() async throws -> any Channel {
    try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.autoRead, value: false)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try InboundBufferHandler.enter(channel) }
      }
      .takingOwnershipOfDescriptors(input: dup(STDIN_FILENO), output: dup(StandardOutput.descriptor)).get()
  }

  /// Throws if a server answers at the socket. A socket that a dead server has left behind is replaced.
  private func refuseIfServed(_ path: String) async throws {
    let probe = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(to: SocketAddress(socketAt: path)).get()
    guard let probe else { return }
    try? await probe.close()
    throw ListeningError(address: address, why: "another server uses that socket")
  }

  /// Removes the socket of a server that did not shut down in order.
  private func removeSocket(_ path: String) throws(ListeningError) {
    guard let status = Files.status(of: path) else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw ListeningError(address: address, why: "there is a file that is no socket")
    }
    guard Files.unlink(path) == 0 || errno == ENOENT else {
      throw ListeningError(address: address, why: SocketFault.system(errno).description)
    }
  }

  private func reason(_ error: any Error) -> String {
    let fault = SocketFault(error)
    switch (fault, address.endpoint) {
    case (.system(EADDRINUSE), .tcp): return "\(fault): another program listens there"
    case (.system(EACCES), .tcp(_, let port)) where (1..<1024).contains(port):
      return "\(fault): ports below 1024 are for root"
    default: return "\(fault)"
    }
  }
}
