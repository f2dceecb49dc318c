/// The delayed replies, and the times at which records were last sent to the group.
struct ReplyQueue: Sendable {
  struct Reply: Sendable {
    var due: Duration
    let link: Responder.Link
    let family: Family
    var answers: [Record]
    /// The sender of the question, which can send more known answers.
    let asker: Responder.Peer
    /// The peer to send to; `nil` for the group.
    let recipient: Responder.Peer?
    /// The latest time to wait for more known answers; `nil` if all have arrived.
    var patience: Duration?
    /// True if the reply defends a name against a probe.
    let isDefence: Bool
  }

  private struct SentKey: Hashable {
    let link: Responder.Link
    let family: Family
    let name: DomainName
    let data: RecordData
  }

  /// The maximum number of waiting replies: a flood of questions gets fewer answers.
  private static let capacity = 64

  private var waiting: [Reply] = []
  /// The time at which each record was last sent to the group.
  private var sent: [SentKey: Duration] = [:]

  var deadline: Duration? { waiting.map(\.due).min() }

  mutating func add(_ reply: Reply) {
    if waiting.count < Self.capacity { waiting.append(reply) }
  }

  mutating func takeDue(at now: Duration) -> [Reply] {
    defer { waiting.removeAll { $0.due <= now } }
    return waiting.filter { $0.due <= now }
  }

  /// Removes answers that the sender of a question turns out to know from a further packet (RFC 6762, 7.2).
  mutating func removeKnown(
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

  /// Drops an answer that another responder has just sent to the group (7.4).
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
      sent[SentKey(link: link, family: family, name: record.name, data: record.data)] = now
    }
  }

  /// The time since a record was last sent to the group; `nil` if it never was.
  func age(of record: Record, on link: Responder.Link, _ family: Family, at now: Duration) -> Duration? {
    sent[SentKey(link: link, family: family, name: record.name, data: record.data)].map { now - $0 }
  }

  /// Forgets all other links, and records that were sent so long ago that it makes no difference.
  mutating func keep(links: Set<Responder.Link>, at now: Duration) {
    waiting.removeAll { !links.contains($0.link) }
    sent = sent.filter {
      links.contains($0.key.link) && now - $0.value < .seconds(Int64(ServiceRecords.otherTTL))
    }
  }
}

/// Returns true if the sender of a question has the record, with at least half of its time to live left (7.1).
func isKnown(_ record: Record, _ known: [Record]) -> Bool {
  known.contains { $0.isSame(as: record) && $0.ttl >= record.ttl / 2 }
}
