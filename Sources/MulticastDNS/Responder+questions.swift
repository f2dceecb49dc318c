extension Responder {
  /// Handles a packet that has arrived on a link. A packet that is not a multicast DNS message is ignored.
  public mutating func receive(
    _ bytes: [UInt8], from peer: Peer, on link: Link, at now: Duration
  ) -> [Action] {
    guard links[link] != nil, let message = try? Message(parsing: bytes), message.isPlain else { return [] }
    if message.isResponse {
      // Responses from other ports do not come from multicast DNS responders (6).
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
      replies.removeKnown(
        message.answers, peer, on: link, expectingMore: message.isTruncated, at: now, delay: delay)
      return []
    }
    let isLegacy = peer.port != Self.port
    let isProbe = !message.authorities.isEmpty
    var group: [Record] = []
    var alone: [Record] = []
    // No client that wants an answer asks more at once.
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
    // Answers that other responders can have too are delayed, so that not all send at once (6).
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
    services.compactMap { $0.presences[link] }.filter(\.isKnown).flatMap { $0.records.answers(to: question) }
  }

  /// Returns true if the record was sent to the group within a quarter of its time to live; otherwise it is sent to
  /// the group again (5.4).
  private func isFresh(_ record: Record, _ link: Link, _ family: Family, _ now: Duration) -> Bool {
    guard let age = replies.age(of: record, on: link, family, at: now) else { return false }
    return age < .seconds(Int64(record.ttl)) / 4
  }

  /// Sends a reply that is due, without the records that were sent to the group within the last second (6).
  mutating func send(_ reply: ReplyQueue.Reply, at now: Duration) -> [Action] {
    var message = Message(isResponse: true, answers: reply.answers)
    if reply.recipient == nil {
      let pause: Duration = reply.isDefence ? .milliseconds(250) : .seconds(1)
      message.answers.removeAll { record in
        replies.age(of: record, on: reply.link, reply.family, at: now).map { $0 < pause } ?? false
      }
    }
    // Records that are no longer valid are dropped.
    let current = services.compactMap { $0.presences[reply.link] }.filter(\.isKnown).map(\.records)
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

  /// The reply to a unicast DNS resolver: in the form that it expects, with a short time to live (6.7).
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
    let current = services.compactMap { $0.presences[link] }.map(\.records)
    message.additionals = additions(to: answers, current).map(plain)
    return message.packets(isLegacy: true).map { .send($0, link, peer.address.family, to: peer) }
  }
}
