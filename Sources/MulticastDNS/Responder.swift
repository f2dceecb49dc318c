/// A responder of multicast DNS (RFC 6762) that makes services known (RFC 6763).
///
/// It opens no socket and reads no clock: it is told what arrives, which addresses there are and what time it is, and
/// says what is to be sent. Each network interface is a *link* of its own. Names are the same on all links: one that
/// is taken on one is given up everywhere.
public struct Responder: Sendable {
  /// The number of a network interface.
  public typealias Link = UInt32

  /// Who has sent a packet.
  public struct Peer: Hashable, Sendable {
    public var address: IPAddress
    public var port: UInt16

    public init(_ address: IPAddress, port: UInt16) {
      self.address = address
      self.port = port
    }
  }

  public enum Action: Equatable, Sendable {
    /// A packet to the group on a link, or to one peer there.
    case send([UInt8], Link, Family, to: Peer?)
    /// The offer (by its place) is announced on a link for the first time, or with other addresses.
    case announced(Int, name: String, Link, [IPAddress])
    /// Somebody else has the name.
    case renamed(Int, from: DomainName, to: DomainName)
  }

  /// The port of multicast DNS. Who asks from another one speaks unicast DNS (6.7).
  public static let port: UInt16 = 5353

  /// An offer on a link.
  struct Presence {
    enum Stage: Equatable {
      /// So many probes have been sent.
      case probing(Int)
      /// So many announcements have been sent.
      case announcing(Int)
      case settled
    }

    var records: ServiceRecords
    var addresses: [IPAddress]
    var stage = Stage.probing(0)
    /// When the next probe or announcement is due.
    var due: Duration?
    var isReported = false

    var isKnown: Bool {
      if case .probing = stage { false } else { true }
    }
  }

  struct AdvertisedService {
    let offer: ServiceAdvertisement
    var names: Names
    var presences: [Link: Presence] = [:]
    /// When names were given up.
    var conflicts: [Duration] = []
  }

  var offers: [AdvertisedService] = []
  /// The addresses of each link.
  var links: [Link: [IPAddress]] = [:]
  /// Addresses that this machine had, and until when somebody may still hear of them.
  var former: [IPAddress: Duration] = [:]
  var replies = ReplyQueue()
  /// Milliseconds out of a range.
  let random: @Sendable (ClosedRange<Int>) -> Int

  /// - Parameter random: Chooses milliseconds: responders that do the same at the same moment would collide.
  public init(random: @escaping @Sendable (ClosedRange<Int>) -> Int = { Int.random(in: $0) }) {
    self.random = random
  }

  /// When ``advance(to:)`` has something to do; `nil` if nothing is to come.
  public var deadline: Duration? {
    (offers.flatMap { $0.presences.values.compactMap(\.due) } + [replies.deadline].compactMap(\.self)).min()
  }

  /// Makes a service known, once its names have been found free on a link.
  public mutating func add(_ offer: ServiceAdvertisement, at now: Duration) {
    offers.append(AdvertisedService(offer: offer, names: Names(offer)))
    for (link, addresses) in links { _ = place(offers.count - 1, on: link, addresses, at: now) }
  }

  /// The links that there are, with the addresses of this machine on each.
  public mutating func update(links new: [Link: [IPAddress]], at now: Duration) -> [Action] {
    guard new != links else { return [] }
    for address in Set(links.values.joined()) { former[address] = now + .seconds(120) }
    former = former.filter { $0.value > now }
    links = new
    replies.keep(links: Set(new.keys), at: now)
    var actions: [Action] = []
    for index in offers.indices {
      // Nothing can be sent to a link that is gone.
      offers[index].presences = offers[index].presences.filter { new[$0.key] != nil }
      for (link, addresses) in new { actions += place(index, on: link, addresses, at: now) }
    }
    return actions
  }

  /// Takes everything back: the responder is empty then. The packets may be sent more than once.
  public mutating func withdraw() -> [Action] {
    defer {
      offers = []
      replies = ReplyQueue()
    }
    return offers.flatMap { offered in
      offered.presences.filter(\.value.isKnown).flatMap { link, presence in
        multicast(Message(isResponse: true, answers: presence.records.withdrawn), on: link)
      }
    }
  }

  /// Does what is due.
  public mutating func advance(to now: Duration) -> [Action] {
    var actions: [Action] = []
    for index in offers.indices {
      for (link, presence) in offers[index].presences {
        if let due = presence.due, due <= now { actions += goOn(index, on: link, at: now) }
      }
    }
    for reply in replies.takeDue(at: now) { actions += send(reply, at: now) }
    return actions
  }

  /// An offer's addresses on a link: the first, others, or none.
  private mutating func place(
    _ index: Int, on link: Link, _ all: [IPAddress], at now: Duration
  ) -> [Action] {
    let offered = offers[index]
    let addresses = all.filter(offered.offer.reach.includes)
    let records = ServiceRecords(offered.names, port: offered.offer.port, addresses: addresses)
    guard var presence = offered.presences[link] else {
      guard !addresses.isEmpty else { return [] }
      offers[index].presences[link] = Presence(
        records: records, addresses: addresses, due: now + .milliseconds(random(0...250)))
      return []
    }
    guard presence.addresses != addresses else { return [] }
    let old = presence
    if addresses.isEmpty {
      offers[index].presences[link] = nil
      return old.isKnown
        ? multicast(Message(isResponse: true, answers: old.records.withdrawn), on: link) : []
    }
    presence.records = records
    presence.addresses = addresses
    guard old.isKnown else {
      offers[index].presences[link] = presence
      return []
    }
    // The new set replaces the old one everywhere (8.4).
    presence.stage = .announcing(0)
    presence.due = now
    presence.isReported = false
    offers[index].presences[link] = presence
    let gone = old.records.host.filter { !records.host.contains($0) }.map { $0.with(ttl: 0) }
    return gone.isEmpty ? [] : multicast(Message(isResponse: true, answers: gone), on: link)
  }

  /// The next probe or announcement (8.1 and 8.3).
  private mutating func goOn(_ index: Int, on link: Link, at now: Duration) -> [Action] {
    guard var presence = offers[index].presences[link] else { return [] }
    defer { offers[index].presences[link] = presence }
    switch presence.stage {
    case .probing(let sent) where sent < 3:
      presence.stage = .probing(sent + 1)
      presence.due = now + .milliseconds(250)
      // Not for unicast answers: another responder of this machine would get them (15.1).
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

  /// Three announcements, the second after a second, the third after two more: packets get lost on a radio link.
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
      .announced(index, name: offers[index].names.title, link, presence.addresses)
    ]
  }

  /// By which protocols a link is spoken to.
  func families(of link: Link) -> [Family] {
    let there = Set((links[link] ?? []).map(\.family))
    return Family.allCases.filter(there.contains)
  }

  func multicast(_ message: Message, on link: Link) -> [Action] {
    let packets = message.packets()
    return families(of: link).flatMap { family in packets.map { .send($0, link, family, to: nil) } }
  }
}
