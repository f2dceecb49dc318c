/// Answers that wait for their moment, and what has been said when.
struct ReplyQueue: Sendable {
  struct Reply: Sendable {
    var due: Duration
    let link: Responder.Link
    let family: Family
    var answers: [Record]
    /// Who has asked: more known answers may come from there.
    let asker: Responder.Peer
    /// `nil` for the group.
    let recipient: Responder.Peer?
    /// Until when more known answers are waited for; `nil` if all have come.
    var patience: Duration?
    /// A name is defended against a probe.
    let isDefence: Bool
  }

  private struct Said: Hashable {
    let link: Responder.Link
    let family: Family
    let name: DomainName
    let data: RecordData
  }

  /// More are not kept: a flood of questions gets fewer answers.
  private static let capacity = 64

  private var waiting: [Reply] = []
  /// When each record was last sent to the group.
  private var said: [Said: Duration] = [:]

  var deadline: Duration? { waiting.map(\.due).min() }

  mutating func add(_ reply: Reply) {
    if waiting.count < Self.capacity { waiting.append(reply) }
  }

  mutating func takeDue(at now: Duration) -> [Reply] {
    defer { waiting.removeAll { $0.due <= now } }
    return waiting.filter { $0.due <= now }
  }

  /// More of what an asker knows has come (RFC 6762, 7.2).
  mutating func know(
    _ known: [Record], _ asker: Responder.Peer, on link: Responder.Link, expectingMore: Bool,
    at now: Duration,
    delay: Duration
  ) {
    for index in waiting.indices where waiting[index].asker == asker && waiting[index].link == link {
      guard let patience = waiting[index].patience else { continue }
      waiting[index].answers.removeAll { isKnown($0, known) }
      if expectingMore { waiting[index].due = min(now + delay, patience) }
    }
    waiting.removeAll(where: \.answers.isEmpty)
  }

  /// Somebody else has just said it to the group (7.4).
  mutating func drop(_ record: Record, on link: Responder.Link, _ family: Family) {
    for index in waiting.indices
    where waiting[index].link == link && waiting[index].family == family && waiting[index].recipient == nil {
      waiting[index].answers.removeAll { $0.isSame(as: record) && record.ttl >= $0.ttl }
    }
    waiting.removeAll(where: \.answers.isEmpty)
  }

  mutating func note(
    _ records: [Record], on link: Responder.Link, _ family: Family, at now: Duration
  ) {
    for record in records {
      said[Said(link: link, family: family, name: record.name, data: record.data)] = now
    }
  }

  /// How long ago a record was sent to the group.
  func age(of record: Record, on link: Responder.Link, _ family: Family, at now: Duration) -> Duration? {
    said[Said(link: link, family: family, name: record.name, data: record.data)].map { now - $0 }
  }

  /// Forgets other links, and what was said so long ago that it makes no difference.
  mutating func keep(links: Set<Responder.Link>, at now: Duration) {
    waiting.removeAll { !links.contains($0.link) }
    said = said.filter {
      links.contains($0.key.link) && now - $0.value < .seconds(Int64(ServiceRecords.otherTTL))
    }
  }
}

/// Whether the asker has a record, and for long enough (7.1).
func isKnown(_ record: Record, _ known: [Record]) -> Bool {
  known.contains { $0.isSame(as: record) && $0.ttl >= record.ttl / 2 }
}
