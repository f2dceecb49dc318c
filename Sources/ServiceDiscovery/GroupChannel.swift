internal import Glibc
internal import MulticastDNS
internal import NIOCore
internal import NIOPosix

/// The sockets of multicast DNS, one for each interface and IP version.
///
/// They are bound to the group's address rather than to any: other responders of this machine share the port, and a
/// unicast packet would reach only one of them (RFC 6762, 15.1). Routed packets never arrive either: these groups do
/// not leave a link.
enum GroupChannel {
  static func group(_ family: Family, on link: UInt32) -> SocketAddress? {
    let bytes: [UInt8] =
      switch family {
      case .v4: [224, 0, 0, 251]
      case .v6: [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFB]
      }
    return IPAddress(bytes: bytes)?.socketAddress(port: Responder.port, on: link)
  }

  /// Opens a socket and joins the group.
  ///
  /// - Parameter onPacket: Called on the channel's event loop with each packet and its sender.
  /// - Throws: An error of the networking library.
  static func open(
    _ family: Family, on link: UInt32, onPacket: @escaping @Sendable ([UInt8], Responder.Peer) -> Void
  ) async throws -> any Channel {
    guard let group = group(family, on: link) else { throw ChannelError.unknownLocalAddress }
    var bootstrap = DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.socketOption(.so_reuseaddr), value: 1)
      // The maximum length of a message (RFC 6762, 17).
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 9000))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(PacketReader(onPacket: onPacket))
        }
      }
    for (option, value) in options(family) { bootstrap = bootstrap.channelOption(option, value: value) }
    let channel = try await bootstrap.bind(to: group).get()
    do {
      try await join(channel, family, group, link)
    } catch {
      try? await channel.close()
      throw error
    }
    return channel
  }

  /// Hop limits of 255 (11), and packets from this socket's interface only.
  private static func options(_ family: Family) -> [(ChannelOptions.Types.SocketOption, Int)] {
    switch family {
    case .v4:
      [(IP_TTL, 255), (IP_MULTICAST_TTL, 255), (IP_MULTICAST_LOOP, 1), (IP_MULTICAST_ALL, 0)].map {
        (.init(level: .ip, name: .init(rawValue: $0)), $1)
      }
    case .v6:
      [(IPV6_UNICAST_HOPS, 255), (IPV6_MULTICAST_HOPS, 255), (IPV6_MULTICAST_LOOP, 1)].map {
        (.init(level: .ipv6, name: .init(rawValue: $0)), $1)
      }
    }
  }

  /// Joins by the interface's index: NIO's own call takes an address, which several interfaces can share.
  private static func join(
    _ channel: any Channel, _ family: Family, _ group: SocketAddress, _ link: UInt32
  ) async throws {
    guard let socket = channel as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
    switch IPAddress(group) {
    case .v4(let bytes):
      let request = Request4(group: bytes, interface: CInt(bitPattern: link))
      for option in [NIOBSDSocket.Option.ip_multicast_if, .ip_add_membership] {
        try await socket.unsafeSetSocketOption(level: .ip, name: option, value: request).get()
      }
    case .v6(let bytes):
      let request = Request6(group: bytes, interface: link)
      try await socket.unsafeSetSocketOption(level: .ipv6, name: .ipv6_multicast_if, value: link).get()
      try await socket.unsafeSetSocketOption(level: .ipv6, name: .ipv6_join_group, value: request).get()
    case nil: throw ChannelError.operationUnsupported
    }
  }

  /// The memory layout of `ip_mreqn` (ip(7)).
  private struct Request4 {
    let group: SIMD4<UInt8>
    let address = SIMD4<UInt8>()
    let interface: CInt
  }

  /// The memory layout of `ipv6_mreq` (ipv6(7)).
  private struct Request6 {
    let group: SIMD16<UInt8>
    let interface: UInt32
  }
}

private final class PacketReader: ChannelInboundHandler, Sendable {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let onPacket: @Sendable ([UInt8], Responder.Peer) -> Void

  init(onPacket: @escaping @Sendable ([UInt8], Responder.Peer) -> Void) {
    self.onPacket = onPacket
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    guard let address = IPAddress(envelope.remoteAddress), let port = envelope.remoteAddress.port else {
      return
    }
    onPacket(
      Array(envelope.data.readableBytesView), Responder.Peer(address, port: UInt16(truncatingIfNeeded: port)))
  }
}
