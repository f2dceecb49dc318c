internal import MulticastDNS
internal import Synchronization

/// What has come for the advertiser, from any thread, and a bell that rings when there is something.
final class Inbox: Sendable {
  struct Packet: Sendable {
    let bytes: [UInt8]
    let peer: Responder.Peer
    let link: UInt32
  }

  struct Content: Sendable {
    var offers: [ServiceAdvertisement] = []
    var packets: [Packet] = []
  }

  /// A flood of packets loses what exceeds this: those who ask, ask again.
  private static let capacity = 256

  /// One element however often it rang.
  let bells: AsyncStream<Void>
  private let bell: AsyncStream<Void>.Continuation
  private let content = Mutex(Content())

  init() {
    (bells, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func add(_ offer: ServiceAdvertisement) {
    content.withLock { $0.offers.append(offer) }
    ring()
  }

  func add(_ packet: Packet) {
    content.withLock { if $0.packets.count < Self.capacity { $0.packets.append(packet) } }
    ring()
  }

  func take() -> Content {
    content.withLock { content in
      defer { content = Content() }
      return content
    }
  }

  func ring() { bell.yield() }

  /// Ends ``bells``.
  func close() { bell.finish() }
}
