import MulticastDNS

@testable import struct MulticastDNS.DomainName

/// A responder in virtual time, with the packets that it has sent.
struct VirtualMachine {
  struct Sent {
    let milliseconds: Int
    let message: Message
    let link: Responder.Link
    let family: Family
    let peer: Responder.Peer?
  }

  static let type = DomainName("_wyoming", "_tcp", "local")
  static let instance = DomainName("Kitchen", "_wyoming", "_tcp", "local")
  static let host = DomainName("box-10300", "local")
  static let address = IPAddress.v4([10, 0, 0, 1])
  static let neighbour = Responder.Peer(.v4([10, 0, 0, 2]), port: 5353)

  /// Chooses the shortest of all random times.
  var responder = Responder(random: { $0.lowerBound })
  private(set) var now = Duration.zero
  /// The packets sent since they were last cleared.
  var sent: [Sent] = []
  var events: [Responder.Action] = []

  init(links: [Responder.Link: [IPAddress]] = [1: [address]]) {
    move(to: links)
  }

  mutating func advertise(
    _ name: String = "Kitchen", port: UInt16 = 10_300, reach: ServiceAdvertisement.Reach = .everyAddress
  ) {
    responder.add(
      ServiceAdvertisement(
        name: name, application: "_wyoming", transport: "_tcp", host: "box-\(port)", port: port, reach: reach),
      at: now)
  }

  /// Lets the announcements pass, and clears them.
  mutating func settle() {
    pass(seconds: 20)
    sent = []
    events = []
  }

  mutating func move(to links: [Responder.Link: [IPAddress]]) {
    note(responder.update(links: links, at: now))
  }

  mutating func pass(seconds: Double) {
    let end = now + .seconds(seconds)
    while let due = responder.deadline, due <= end {
      now = max(now, due)
      note(responder.advance(to: now))
    }
    now = end
  }

  mutating func receive(_ bytes: [UInt8], from peer: Responder.Peer = neighbour, on link: Responder.Link = 1)
  {
    note(responder.receive(bytes, from: peer, on: link, at: now))
  }

  mutating func receive(
    _ message: Message, from peer: Responder.Peer = neighbour, on link: Responder.Link = 1
  ) {
    for packet in message.packets() { receive(packet, from: peer, on: link) }
  }

  /// Asks, waits for half a second, and returns and clears the packets sent.
  mutating func ask(
    _ questions: Question..., known: [Record] = [], from peer: Responder.Peer = neighbour
  ) -> [Sent] {
    sent = []
    receive(Message(isResponse: false, questions: questions, answers: known), from: peer)
    pass(seconds: 0.5)
    defer { sent = [] }
    return sent
  }

  private mutating func note(_ actions: [Responder.Action]) {
    for action in actions {
      guard case .send(let bytes, let link, let family, let peer) = action else {
        events.append(action)
        continue
      }
      guard let message = try? Message(parsing: bytes) else { fatalError("not understood: \(bytes)") }
      sent.append(
        Sent(
          milliseconds: Int(now / .milliseconds(1)), message: message, link: link, family: family, peer: peer)
      )
    }
  }
}
