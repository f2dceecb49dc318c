extension Responder {
  /// Others who would like to have a name at the same moment: whose records come later in order gets it (8.2).
  mutating func yield(to message: Message, on link: Link, at now: Duration) -> [Action] {
    guard !message.authorities.isEmpty else { return [] }
    for index in offers.indices {
      guard var presence = offers[index].presences[link], case .probing = presence.stage else { continue }
      let loses = [presence.records.instanceTypes.name, presence.records.hostTypes.name].contains { name in
        let theirs = message.authorities.filter { $0.name == name }
        // Our own probe comes back, maybe over another interface on the same network.
        guard !theirs.allSatisfy({ isOurs($0, index) }) else { return false }
        let ours = presence.records.unique.filter { $0.name == name }
        return Self.order(ours).lexicographicallyPrecedes(
          Self.order(theirs), by: { $0.lexicographicallyPrecedes($1) })
      }
      guard loses else { continue }
      // The other one answers the next probe, if it is still there.
      presence.stage = .probing(0)
      presence.due = now + .seconds(1)
      offers[index].presences[link] = presence
    }
    return []
  }

  /// Class, type and data of each record, sorted.
  private static func order(_ records: [Record]) -> [[UInt8]] {
    records.map { record in
      let head = [record.data.recordClass, record.data.type.rawValue]
      return head.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } + record.data.plainBytes
    }
    .sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// What another responder says, or we ourselves: everything that we send comes back.
  mutating func hear(_ message: Message, from peer: Peer, on link: Link, at now: Duration) -> [Action] {
    let records = message.answers + message.authorities + message.additionals
    for record in records { replies.drop(record, on: link, peer.address.family) }
    var actions: [Action] = []
    for index in offers.indices {
      guard let presence = offers[index].presences[link] else { continue }
      let own = presence.records.all
      if presence.isKnown, records.contains(where: { record in own.contains { record.takesBack($0) } }) {
        repeatAnnouncement(index, on: link, at: now)
      }
      // Once for each name, however many records of it there are.
      let lost = Set(records.filter { $0.ttl > 0 && isConflict($0, presence, index) }.map(\.name))
      if !lost.isEmpty { actions += lose(lost, of: index, on: link, at: now) }
    }
    return actions
  }

  /// Whether somebody else has one of our names: any record of it while we ask for it, later one that contradicts
  /// ours (8.1 and 9).
  private func isConflict(_ record: Record, _ presence: Presence, _ index: Int) -> Bool {
    let names = [presence.records.instanceTypes.name, presence.records.hostTypes.name]
    guard names.contains(record.name), record.data.recordClass == 1 else { return false }
    switch record.data {
    case .existing: return false
    case .address, .service, .text: return !isOurs(record, index)
    default: return !presence.isKnown
    }
  }

  /// Whether an offer says the same on any link, or did so until a moment ago.
  private func isOurs(_ record: Record, _ index: Int) -> Bool {
    if case .address(let address) = record.data {
      return former[address] != nil || links.values.contains { $0.contains(address) }
    }
    return offers[index].presences.values.contains { presence in
      presence.records.unique.contains { $0.isSame(as: record) }
    }
  }

  /// Somebody has taken back what is still true here.
  private mutating func repeatAnnouncement(_ index: Int, on link: Link, at now: Duration) {
    guard case .settled = offers[index].presences[link]?.stage else { return }
    offers[index].presences[link]?.stage = .announcing(1)
    offers[index].presences[link]?.due = now + .seconds(1)
  }

  /// Names are somebody else's: what was ours is asked for again, what was not yet is given up.
  private mutating func lose(
    _ lost: Set<DomainName>, of index: Int, on link: Link, at now: Duration
  ) -> [Action] {
    let old = offers[index]
    if old.presences[link]?.isKnown == true {
      offers[index].presences[link]?.stage = .probing(0)
      offers[index].presences[link]?.due = now + .milliseconds(random(0...250))
      return []
    }
    offers[index].conflicts = old.conflicts.filter { now - $0 < .seconds(10) } + [now]
    var actions: [Action] = []
    if lost.contains(old.names.instance) {
      offers[index].names.renameInstance()
      actions.append(.renamed(index, from: old.names.instance, to: offers[index].names.instance))
    }
    if lost.contains(old.names.host) {
      offers[index].names.renameHost()
      actions.append(.renamed(index, from: old.names.host, to: offers[index].names.host))
    }
    // Who would always say no shall not make us flood the link (8.1).
    let isFlood = offers[index].conflicts.count >= 15
    let pause = isFlood ? Duration.seconds(5) : .milliseconds(random(0...250))
    for (place, presence) in old.presences {
      if place != link, presence.isKnown {
        actions += multicast(Message(isResponse: true, answers: presence.records.withdrawn), on: place)
      }
      offers[index].presences[place] = Presence(
        records: ServiceRecords(
          offers[index].names, port: old.offer.port, addresses: presence.addresses),
        addresses: presence.addresses, due: now + pause)
    }
    return actions
  }
}
