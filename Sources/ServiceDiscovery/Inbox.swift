internal import MulticastDNS
internal import Synchronization

/// The advertiser's input, filled from any thread, with a bell that rings when there is some.
final class Inbox: Sendable {
  struct Packet: Sendable {
    let bytes: [UInt8]
    let peer: Responder.Peer
    let link: UInt32
  }

  struct Content: Sendable {
    var advertisements: [ServiceAdvertisement] = []
    var packets: [Packet] = []
  }

  /// The maximum number of waiting packets. A flood loses the rest: clients repeat their questions.
  private static let capacity = 256

  /// One element, however often the bell has rung.
  let bells: AsyncStream<Void>
  private let bell: AsyncStream<Void>.Continuation
  private let content = Mutex(Content())

  init() {
    (bells, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func add(_ advertisement: ServiceAdvertisement) {
    content.withLock { $0.advertisements.append(advertisement) }
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
