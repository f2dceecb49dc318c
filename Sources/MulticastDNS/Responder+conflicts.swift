extension Responder {
  /// Resolves simultaneous probes for a name: the host whose records sort later gets it (8.2).
  mutating func yield(to message: Message, on link: Link, at now: Duration) -> [Action] {
    guard !message.authorities.isEmpty else { return [] }
    for index in services.indices {
      guard var presence = services[index].presences[link], case .probing = presence.stage else { continue }
      let loses = [presence.records.instanceTypes.name, presence.records.hostTypes.name].contains { name in
        let theirs = message.authorities.filter { $0.name == name }
        // The responder's own probe comes back, perhaps over another interface on the same network.
        guard !theirs.allSatisfy({ isOwn($0, index) }) else { return false }
        let ours = presence.records.unique.filter { $0.name == name }
        return Self.order(ours).lexicographicallyPrecedes(
          Self.order(theirs), by: { $0.lexicographicallyPrecedes($1) })
      }
      guard loses else { continue }
      // The other host answers the next probe if it is still there.
      presence.stage = .probing(0)
      presence.due = now + .seconds(1)
      services[index].presences[link] = presence
    }
    return []
  }

  /// The class, type and data of each record, sorted.
  private static func order(_ records: [Record]) -> [[UInt8]] {
    records.map { record in
      let head = [record.data.recordClass, record.data.type.rawValue]
      return head.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } + record.data.plainBytes
    }
    .sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Handles a response of another responder or of this one: everything that is sent comes back.
  mutating func hear(_ message: Message, from peer: Peer, on link: Link, at now: Duration) -> [Action] {
    let records = message.answers + message.authorities + message.additionals
    for record in records { replies.drop(record, on: link, peer.address.family) }
    var actions: [Action] = []
    for index in services.indices {
      guard let presence = services[index].presences[link] else { continue }
      let own = presence.records.all
      if presence.isKnown, records.contains(where: { record in own.contains { record.withdraws($0) } }) {
        repeatAnnouncement(index, on: link, at: now)
      }
      // One conflict for each name, however many of its records disagree.
      let lost = Set(records.filter { $0.ttl > 0 && isConflict($0, presence, index) }.map(\.name))
      if !lost.isEmpty { actions += lose(lost, of: index, on: link, at: now) }
    }
    return actions
  }

  /// Returns true if another host has one of this responder's names: while probing any record of the name counts,
  /// later only one that contradicts this responder's (8.1 and 9).
  private func isConflict(_ record: Record, _ presence: Presence, _ index: Int) -> Bool {
    let names = [presence.records.instanceTypes.name, presence.records.hostTypes.name]
    guard names.contains(record.name), record.data.recordClass == 1 else { return false }
    switch record.data {
    case .existing: return false
    case .address, .service, .text: return !isOwn(record, index)
    default: return !presence.isKnown
    }
  }

  /// Returns true if the service has the record on any link, or had it a moment ago.
  private func isOwn(_ record: Record, _ index: Int) -> Bool {
    if case .address(let address) = record.data {
      return former[address] != nil || links.values.contains { $0.contains(address) }
    }
    return services[index].presences.values.contains { presence in
      presence.records.unique.contains { $0.isSame(as: record) }
    }
  }

  /// Announces again after another host has withdrawn a record that is still valid here.
  private mutating func repeatAnnouncement(_ index: Int, on link: Link, at now: Duration) {
    guard case .settled = services[index].presences[link]?.stage else { return }
    services[index].presences[link]?.stage = .announcing(1)
    services[index].presences[link]?.due = now + .seconds(1)
  }

  /// Handles names that another host has: an announced name is probed again, one still being probed is given up.
  private mutating func lose(
    _ lost: Set<DomainName>, of index: Int, on link: Link, at now: Duration
  ) -> [Action] {
    let old = services[index]
    if old.presences[link]?.isKnown == true {
      services[index].presences[link]?.stage = .probing(0)
      services[index].presences[link]?.due = now + .milliseconds(random(0...250))
      return []
    }
    services[index].conflicts = old.conflicts.filter { now - $0 < .seconds(10) } + [now]
    var actions: [Action] = []
    if lost.contains(old.names.instance) {
      services[index].names.renameInstance()
      actions.append(.renamed(index, from: old.names.instance, to: services[index].names.instance))
    }
    if lost.contains(old.names.host) {
      services[index].names.renameHost()
      actions.append(.renamed(index, from: old.names.host, to: services[index].names.host))
    }
    // A host that always objects must not make this one flood the link (8.1).
    let isFlood = services[index].conflicts.count >= 15
    let pause = isFlood ? Duration.seconds(5) : .milliseconds(random(0...250))
    for (place, presence) in old.presences {
      if place != link, presence.isKnown {
        actions += multicast(Message(isResponse: true, answers: presence.records.withdrawn), on: place)
      }
      services[index].presences[place] = Presence(
        records: ServiceRecords(
          services[index].names, port: old.advertisement.port, addresses: presence.addresses),
        addresses: presence.addresses, due: now + pause)
    }
    return actions
  }
}
