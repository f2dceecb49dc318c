internal import Logging
internal import MulticastDNS
internal import NIOCore
internal import NIOPosix
internal import SocketFaults

/// The machine's interfaces, each with its sockets.
struct LinkChannels {
  private struct Key: Hashable {
    let link: UInt32
    let family: Family
  }

  private let interfaces: [String]
  private let inbox: Inbox
  private let logger: Logger
  private var links: [NetworkLink] = []
  private var channels: [Key: any Channel] = [:]
  /// The sockets that could not be opened: logged once, retried at every scan.
  private var failed: Set<Key> = []
  private var missing: Set<String> = []

  init(interfaces: [String], inbox: Inbox, logger: Logger) {
    self.interfaces = interfaces
    self.inbox = inbox
    self.logger = logger
  }

  /// The addresses of each link that has an open socket: the responder's input.
  var addresses: [UInt32: [IPAddress]] {
    let open = Set(channels.keys.map(\.link))
    return Dictionary(
      uniqueKeysWithValues: links.filter { open.contains($0.index) }.map { ($0.index, $0.addresses) })
  }

  /// Scans the interfaces; opens and closes sockets.
  mutating func scan() async {
    let chosen = interfaces
    let found = try? await NIOThreadPool.singleton.runIfActive { NetworkLink.current(chosen: chosen) }
    links = found ?? links
    report()
    let wanted = Set(
      links.flatMap { link in Set(link.addresses.map(\.family)).map { Key(link: link.index, family: $0) } })
    for (key, channel) in channels where !wanted.contains(key) || !channel.isActive {
      channels[key] = nil
      try? await channel.close()
    }
    failed.formIntersection(wanted)
    for key in wanted where channels[key] == nil { await open(key) }
  }

  private mutating func open(_ key: Key) async {
    do {
      channels[key] = try await GroupChannel.open(key.family, on: key.link) { [inbox] bytes, peer in
        inbox.add(Inbox.Packet(bytes: bytes, peer: peer, link: key.link))
      }
      if failed.remove(key) != nil {
        logger.info("multicast DNS works again", metadata: ["interface": "\(name(key.link))"])
      }
    } catch {
      guard failed.insert(key).inserted else { return }
      logger.warning(
        "cannot use multicast DNS, retrying",
        metadata: [
          "interface": "\(name(key.link))", "family": key.family == .v4 ? "IPv4" : "IPv6",
          "why": "\(SocketFault(error))",
          "help": "list the owners of UDP port 5353: ss -lunp 'sport = 5353'",
        ])
    }
  }

  /// Logs each chosen interface that is missing, once each time that it disappears.
  private mutating func report() {
    let gone = Set(interfaces).subtracting(links.map(\.name))
    for name in gone.subtracting(missing).sorted() {
      logger.warning(
        "not advertising on an interface that is missing or has no address",
        metadata: ["interface": "\(name)", "help": "list the interfaces: ip address"])
    }
    missing = gone
  }

  private func name(_ link: UInt32) -> String { links.first { $0.index == link }?.name ?? "\(link)" }

  /// Carries out the responder's actions. A packet that cannot be sent is lost.
  func act(_ actions: [Responder.Action]) {
    for action in actions {
      switch action {
      case .send(let bytes, let link, let family, let peer):
        write(bytes, link, family, peer)?.whenFailure { [logger] error in
          logger.debug("a packet was not sent", metadata: ["why": "\(SocketFault(error))"])
        }
      case .announced(_, let name, let link, let addresses):
        logger.info(
          "advertised",
          metadata: [
            "name": "\(name)", "interface": "\(self.name(link))",
            "addresses": "\(addresses.map(\.text).joined(separator: ","))",
          ])
      case .renamed(_, let old, let new):
        logger.notice("renamed: another host uses the name", metadata: ["name": "\(old)", "now": "\(new)"])
      }
    }
  }

  /// Sends packets, and returns when they have been sent.
  func send(_ actions: [Responder.Action]) async {
    for case .send(let bytes, let link, let family, let peer) in actions {
      try? await write(bytes, link, family, peer)?.get()
    }
  }

  func close() async {
    for channel in channels.values { try? await channel.close() }
  }

  private func write(
    _ bytes: [UInt8], _ link: UInt32, _ family: Family, _ peer: Responder.Peer?
  ) -> EventLoopFuture<Void>? {
    guard let channel = channels[Key(link: link, family: family)],
      let recipient = peer.map({ $0.address.socketAddress(port: $0.port, on: link) })
        ?? GroupChannel.group(family, on: link)
    else { return nil }
    return channel.writeAndFlush(
      AddressedEnvelope(remoteAddress: recipient, data: ByteBuffer(bytes: bytes)))
  }
}
