/// A multicast DNS responder (RFC 6762) that advertises services (RFC 6763).
///
/// It opens no socket and reads no clock: its input is packets, the machine's addresses and the time, its output the
/// packets to send. Each network interface is a *link* of its own. Names are the same on all links: a name that is
/// taken on one is given up everywhere.
public struct Responder: Sendable {
  /// The index of a network interface.
  public typealias Link = UInt32

  /// The sender or recipient of a packet.
  public struct Peer: Hashable, Sendable {
    /// The peer's address.
    public var address: IPAddress
    /// The peer's UDP port.
    public var port: UInt16

    /// Creates a peer.
    public init(_ address: IPAddress, port: UInt16) {
      self.address = address
      self.port = port
    }
  }

  /// An action for the caller to carry out, or an event to log.
  public enum Action: Equatable, Sendable {
    /// Send a packet to the group on a link, or to one peer there.
    case send([UInt8], Link, Family, to: Peer?)
    /// The service (by its index) is announced on a link for the first time, or with other addresses.
    case announced(Int, name: String, Link, [IPAddress])
    /// Another host has the name.
    case renamed(Int, from: DomainName, to: DomainName)
  }

  /// The port of multicast DNS. A question from another port comes from a unicast DNS resolver (6.7).
  public static let port: UInt16 = 5353

  /// A service on a link.
  struct Presence {
    enum Stage: Equatable {
      /// The number of probes that have been sent.
      case probing(Int)
      /// The number of announcements that have been sent.
      case announcing(Int)
      case settled
    }

    var records: ServiceRecords
    var addresses: [IPAddress]
    var stage = Stage.probing(0)
    /// The time of the next probe or announcement.
    var due: Duration?
    var isReported = false

    var isKnown: Bool {
      if case .probing = stage { false } else { true }
    }
  }

  struct AdvertisedService {
    let advertisement: ServiceAdvertisement
    var names: Names
    var presences: [Link: Presence] = [:]
    /// The times at which names were given up.
    var conflicts: [Duration] = []
  }

  var services: [AdvertisedService] = []
  /// The addresses of each link.
  var links: [Link: [IPAddress]] = [:]
  /// Former addresses of this machine, with the time until which packets can still mention them.
  var former: [IPAddress: Duration] = [:]
  var replies = ReplyQueue()
  /// Chooses milliseconds from a range.
  let random: @Sendable (ClosedRange<Int>) -> Int

  /// Creates a responder without services or links.
  ///
  /// - Parameter random: Chooses milliseconds from a range: responders that act at the same moment would collide.
  public init(random: @escaping @Sendable (ClosedRange<Int>) -> Int = { Int.random(in: $0) }) {
    self.random = random
  }

  /// The time at which ``advance(to:)`` has something to do; `nil` if nothing is scheduled.
  public var deadline: Duration? {
    (services.flatMap { $0.presences.values.compactMap(\.due) } + [replies.deadline].compactMap(\.self)).min()
  }

  /// Advertises a service once its names have been found free on a link.
  public mutating func add(_ advertisement: ServiceAdvertisement, at now: Duration) {
    services.append(AdvertisedService(advertisement: advertisement, names: Names(advertisement)))
    for (link, addresses) in links { _ = place(services.count - 1, on: link, addresses, at: now) }
  }

  /// Sets the current links, with this machine's addresses on each.
  public mutating func update(links new: [Link: [IPAddress]], at now: Duration) -> [Action] {
    guard new != links else { return [] }
    for address in Set(links.values.joined()) { former[address] = now + .seconds(120) }
    former = former.filter { $0.value > now }
    links = new
    replies.keep(links: Set(new.keys), at: now)
    var actions: [Action] = []
    for index in services.indices {
      // Nothing can be sent to a link that is gone.
      services[index].presences = services[index].presences.filter { new[$0.key] != nil }
      for (link, addresses) in new { actions += place(index, on: link, addresses, at: now) }
    }
    return actions
  }

  /// Withdraws all services, which leaves the responder empty. The packets can be sent more than once.
  public mutating func withdraw() -> [Action] {
    defer {
      services = []
      replies = ReplyQueue()
    }
    return services.flatMap { service in
      service.presences.filter(\.value.isKnown).flatMap { link, presence in
        multicast(Message(isResponse: true, answers: presence.records.withdrawn), on: link)
      }
    }
  }

  /// Performs everything that is due: probes, announcements and delayed replies.
  public mutating func advance(to now: Duration) -> [Action] {
    var actions: [Action] = []
    for index in services.indices {
      for (link, presence) in services[index].presences {
        if let due = presence.due, due <= now { actions += proceed(index, on: link, at: now) }
      }
    }
    for reply in replies.takeDue(at: now) { actions += send(reply, at: now) }
    return actions
  }

  /// Sets a service's addresses on a link: its first ones, different ones, or none.
  private mutating func place(
    _ index: Int, on link: Link, _ all: [IPAddress], at now: Duration
  ) -> [Action] {
    let service = services[index]
    let addresses = all.filter(service.advertisement.reach.includes)
    let records = ServiceRecords(service.names, port: service.advertisement.port, addresses: addresses)
    guard var presence = service.presences[link] else {
      guard !addresses.isEmpty else { return [] }
      services[index].presences[link] = Presence(
        records: records, addresses: addresses, due: now + .milliseconds(random(0...250)))
      return []
    }
    guard presence.addresses != addresses else { return [] }
    let old = presence
    if addresses.isEmpty {
      services[index].presences[link] = nil
      return old.isKnown
        ? multicast(Message(isResponse: true, answers: old.records.withdrawn), on: link) : []
    }
    presence.records = records
    presence.addresses = addresses
    guard old.isKnown else {
      services[index].presences[link] = presence
      return []
    }
    // The new set replaces the old one everywhere (8.4).
    presence.stage = .announcing(0)
    presence.due = now
    presence.isReported = false
    services[index].presences[link] = presence
    let gone = old.records.host.filter { !records.host.contains($0) }.map { $0.with(ttl: 0) }
    return gone.isEmpty ? [] : multicast(Message(isResponse: true, answers: gone), on: link)
  }

  /// Sends the next probe or announcement (8.1 and 8.3).
  private mutating func proceed(_ index: Int, on link: Link, at now: Duration) -> [Action] {
    guard var presence = services[index].presences[link] else { return [] }
    defer { services[index].presences[link] = presence }
    switch presence.stage {
    case .probing(let sent) where sent < 3:
      presence.stage = .probing(sent + 1)
      presence.due = now + .milliseconds(250)
      // Multicast answers only: a unicast one would reach another responder of this machine (15.1).
      let names = [presence.records.instanceTypes.name, presence.records.hostTypes.name]
      var probe = Message(isResponse: false, questions: names.map { Question($0, .any) })
      probe.authorities = presence.records.unique.map {
        Record(name: $0.name, data: $0.data, ttl: $0.ttl, isUnique: false)
      }
      return multicast(probe, on: link)
    case .probing: return announce(index, &presence, sent: 0, on: link, at: now)
    case .announcing(let sent): return announce(index, &presence, sent: sent, on: link, at: now)
    case .settled:
      presence.due = nil
      return []
    }
  }

  /// Sends one of three announcements, one and then two seconds apart: packets get lost on a radio link.
  private mutating func announce(
    _ index: Int, _ presence: inout Presence, sent: Int, on link: Link, at now: Duration
  ) -> [Action] {
    presence.stage = sent == 2 ? .settled : .announcing(sent + 1)
    presence.due = sent == 2 ? nil : now + .seconds(1 << sent)
    let answers = presence.records.all
    for family in families(of: link) { replies.note(answers, on: link, family, at: now) }
    let packets = multicast(Message(isResponse: true, answers: answers), on: link)
    guard !presence.isReported else { return packets }
    presence.isReported = true
    return packets + [
      .announced(index, name: services[index].names.title, link, presence.addresses)
    ]
  }

  /// The protocol versions in which packets are sent on a link.
  func families(of link: Link) -> [Family] {
    let there = Set((links[link] ?? []).map(\.family))
    return Family.allCases.filter(there.contains)
  }

  func multicast(_ message: Message, on link: Link) -> [Action] {
    let packets = message.packets()
    return families(of: link).flatMap { family in packets.map { .send($0, link, family, to: nil) } }
  }
}
