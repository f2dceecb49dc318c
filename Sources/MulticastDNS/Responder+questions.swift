extension Responder {
  /// A packet has come in over a link. What is no message of multicast DNS is passed over.
  public mutating func receive(
    _ bytes: [UInt8], from peer: Peer, on link: Link, at now: Duration
  ) -> [Action] {
    guard links[link] != nil, let message = try? Message(parsing: bytes), message.isPlain else { return [] }
    if message.isResponse {
      // Others than responders of multicast DNS have no say (6).
      return peer.port == Self.port ? hear(message, from: peer, on: link, at: now) : []
    }
    var actions = yield(to: message, on: link, at: now)
    actions += answer(message, from: peer, on: link, at: now)
    return actions
  }

  private mutating func answer(
    _ message: Message, from peer: Peer, on link: Link, at now: Duration
  ) -> [Action] {
    let family = peer.address.family
    let delay = Duration.milliseconds(message.isTruncated ? random(400...500) : random(20...120))
    if message.questions.isEmpty {
      replies.know(
        message.answers, peer, on: link, expectingMore: message.isTruncated, at: now, delay: delay)
      return []
    }
    let isLegacy = peer.port != Self.port
    let isProbe = !message.authorities.isEmpty
    var group: [Record] = []
    var alone: [Record] = []
    // More at once is asked by nobody who wants an answer.
    for question in message.questions.prefix(64) {
      for record in answers(to: question, on: link) where !isKnown(record, message.answers) {
        if isLegacy || question.wantsUnicast && !isProbe && isFresh(record, link, family, now) {
          if !alone.contains(record) { alone.append(record) }
        } else if !group.contains(record) {
          group.append(record)
        }
      }
    }
    if isLegacy { return legacyReply(alone, to: message, peer, on: link) }
    // What others may have to say too is said after a while, so that not all speak at once (6).
    let waits = message.isTruncated || !isProbe && group.contains { !$0.isUnique }
    for (answers, recipient) in [(group, nil), (alone, peer)] where !answers.isEmpty {
      let isLate = message.isTruncated || waits && recipient == nil
      replies.add(
        ReplyQueue.Reply(
          due: isLate ? now + delay : now, link: link, family: family, answers: answers, asker: peer,
          recipient: recipient, patience: message.isTruncated ? now + .seconds(2) : nil, isDefence: isProbe))
    }
    return replies.takeDue(at: now).flatMap { send($0, at: now) }
  }

  private func answers(to question: Question, on link: Link) -> [Record] {
    offers.compactMap { $0.presences[link] }.filter(\.isKnown).flatMap { $0.records.answers(to: question) }
  }

  /// Whether the group has heard a record in the last quarter of its time; else it is told again (5.4).
  private func isFresh(_ record: Record, _ link: Link, _ family: Family, _ now: Duration) -> Bool {
    guard let age = replies.age(of: record, on: link, family, at: now) else { return false }
    return age < .seconds(Int64(record.ttl)) / 4
  }

  /// An answer that is due. What the group has heard within a second is not said again (6).
  mutating func send(_ reply: ReplyQueue.Reply, at now: Duration) -> [Action] {
    var message = Message(isResponse: true, answers: reply.answers)
    if reply.recipient == nil {
      let pause: Duration = reply.isDefence ? .milliseconds(250) : .seconds(1)
      message.answers.removeAll { record in
        replies.age(of: record, on: reply.link, reply.family, at: now).map { $0 < pause } ?? false
      }
    }
    // What is no longer true is not said.
    let current = offers.compactMap { $0.presences[reply.link] }.filter(\.isKnown).map(\.records)
    message.answers.removeAll { record in !current.contains { $0.all.contains(record) } }
    guard !message.answers.isEmpty else { return [] }
    message.additionals = additions(to: message.answers, current)
    if reply.recipient == nil {
      replies.note(message.answers + message.additionals, on: reply.link, reply.family, at: now)
    }
    return message.packets().map { .send($0, reply.link, reply.family, to: reply.recipient) }
  }

  private func additions(to answers: [Record], _ current: [ServiceRecords]) -> [Record] {
    var additions: [Record] = []
    for record in current.flatMap({ $0.additions(to: answers) })
    where !answers.contains(record) && !additions.contains(record) {
      additions.append(record)
    }
    return additions
  }

  /// For a resolver that knows nothing of multicast DNS: as it expects it, and not to be kept for long (6.7).
  private func legacyReply(
    _ answers: [Record], to query: Message, _ peer: Peer, on link: Link
  ) -> [Action] {
    guard !answers.isEmpty else { return [] }
    func plain(_ record: Record) -> Record {
      Record(name: record.name, data: record.data, ttl: min(record.ttl, 10), isUnique: false)
    }
    var message = Message(isResponse: true, answers: answers.map(plain))
    message.id = query.id
    // With more questions than a resolver ever asks, the rest is not repeated.
    message.questions = query.questions.prefix(8).map { question in
      var question = question
      question.wantsUnicast = false
      return question
    }
    let current = offers.compactMap { $0.presences[link] }.map(\.records)
    message.additionals = additions(to: answers, current).map(plain)
    return message.packets(isLegacy: true).map { .send($0, link, peer.address.family, to: peer) }
  }
}
