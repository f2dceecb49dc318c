import Testing

@testable import MulticastDNS

/// RFC 6762, sections 5 to 7, and RFC 6763.
@Suite struct `A multicast DNS question` {
  private let machine: VirtualMachine = {
    var machine = VirtualMachine()
    machine.advertise()
    machine.settle()
    // Announced records can be sent again.
    machine.pass(seconds: 5000)
    return machine
  }()
  private static let pointer = Record(
    name: VirtualMachine.type, data: .pointer(VirtualMachine.instance), ttl: 4500, isUnique: false)

  @Test func `an mDNS question for services is answered after a delay, with the records asked for next`() {
    var machine = machine
    let start = machine.now / .milliseconds(1)
    let answers = machine.ask(Question(VirtualMachine.type, .ptr))
    #expect(answers.count == 1 && answers[0].peer == nil)
    #expect(answers[0].milliseconds == Int(start) + 20)
    #expect(answers[0].message.answers == [Self.pointer])
    #expect(answers[0].message.additionals.map(\.data.type) == [.srv, .txt, .a, .nsec, .nsec])
  }

  @Test(arguments: [
    (VirtualMachine.instance, RecordType.srv, [RecordType.srv], [RecordType.a, .nsec]),
    (VirtualMachine.instance, .txt, [.txt], []),
    (VirtualMachine.instance, .any, [.srv, .txt], [.a, .nsec]),
    (VirtualMachine.host, .a, [.a], [.nsec]),
    (DomainName("BOX-10300", "Local"), .a, [.a], [.nsec]),
    // The absence of a type is an answer (6.1).
    (VirtualMachine.host, .aaaa, [.nsec], []),
    (VirtualMachine.instance, .a, [.nsec], []),
    (Names.types, .ptr, [.ptr], []),
  ])
  func `an mDNS question for unique records is answered at once`(
    name: DomainName, type: RecordType, answers: [RecordType], additions: [RecordType]
  ) {
    var machine = machine
    let start = machine.now / .milliseconds(1)
    let sent = machine.ask(Question(name, type))
    #expect(sent.map { $0.message.answers.map(\.data.type) } == [answers])
    #expect(sent[0].message.additionals.map(\.data.type) == additions)
    #expect(sent[0].milliseconds == Int(start) + (name == Names.types ? 20 : 0))
  }

  @Test(arguments: [
    Question(DomainName("_http", "_tcp", "local"), .ptr), Question(VirtualMachine.type, .srv),
    Question(DomainName("Bath", "_wyoming", "_tcp", "local"), .any),
  ])
  func `an mDNS question for unknown names or types is not answered`(question: Question) {
    var machine = machine
    #expect(machine.ask(question).isEmpty)
  }

  @Test func `an mDNS question of another class is not answered`() {
    var machine = machine
    var question = Question(VirtualMachine.host, .a)
    question.recordClass = 3
    #expect(machine.ask(question).isEmpty)
    question.recordClass = 255
    #expect(machine.ask(question).count == 1)
  }

  @Test(arguments: [(4500, 0), (2250, 0), (2249, 1), (1, 1)] as [(UInt32, Int)])
  func `an mDNS question with a known answer of at least half its time to live is not answered`(
    ttl: UInt32, count: Int
  ) {
    var machine = machine
    #expect(
      machine.ask(Question(VirtualMachine.type, .ptr), known: [Self.pointer.with(ttl: ttl)]).count == count)
  }

  @Test func `an mDNS question answered within the last second is not answered again`() {
    var machine = machine
    #expect(machine.ask(Question(VirtualMachine.type, .ptr)).count == 1)
    #expect(machine.ask(Question(VirtualMachine.type, .ptr)).isEmpty)
    machine.pass(seconds: 1)
    #expect(machine.ask(Question(VirtualMachine.type, .ptr)).count == 1)
  }

  @Test func `an mDNS question that another responder answers meanwhile is not answered`() {
    var machine = machine
    machine.receive(Message(isResponse: false, questions: [Question(VirtualMachine.type, .ptr)]))
    machine.receive(Message(isResponse: true, answers: [Self.pointer]))
    machine.pass(seconds: 1)
    #expect(machine.sent.isEmpty)
  }

  @Test func `an mDNS question for a unicast answer gets one if the group got the record recently`() {
    var machine = machine
    let question = Question(VirtualMachine.type, .ptr, wantsUnicast: true)
    // More than a quarter of 4500 s ago.
    #expect(machine.ask(question).map(\.peer) == [nil])
    #expect(machine.ask(question).map(\.peer) == [VirtualMachine.neighbour])
  }

  @Test func `a truncated mDNS question is answered once its known answers have arrived`() {
    var machine = machine
    var first = Message(isResponse: false, questions: [Question(VirtualMachine.type, .ptr)])
    first.flags |= 0x0200
    machine.receive(first)
    machine.pass(seconds: 0.3)
    #expect(machine.sent.isEmpty)
    var unanswered = machine
    unanswered.pass(seconds: 0.5)
    #expect(unanswered.sent.count == 1)
    machine.receive(Message(isResponse: false, answers: [Self.pointer]))
    machine.pass(seconds: 5)
    #expect(machine.sent.isEmpty)
  }

  @Test func `an mDNS question is answered despite endless known answers`() {
    var machine = machine
    var piece = Message(isResponse: false, questions: [Question(VirtualMachine.type, .ptr)])
    piece.flags |= 0x0200
    machine.receive(piece)
    piece.questions = []
    for _ in 0..<30 {
      machine.pass(seconds: 0.1)
      machine.receive(piece)
    }
    #expect(machine.sent.count == 1)
  }

  @Test func `a unicast resolver's question is answered by unicast with its ID and short times to live`()
    throws
  {
    var machine = machine
    let peer = Responder.Peer(.v4([10, 0, 0, 2]), port: 40_000)
    machine.receive(Packets.legacy, from: peer)
    let answer = try #require(machine.sent.first)
    #expect(machine.sent.count == 1 && answer.peer == peer)
    #expect(answer.message.id == 4711)
    #expect(answer.message.questions == [Question(VirtualMachine.type, .ptr)])
    #expect(answer.message.answers.map(\.data) == [.pointer(VirtualMachine.instance)])
    let records = answer.message.answers + answer.message.additionals
    #expect(records.allSatisfy { $0.ttl <= 10 && !$0.isUnique })
  }

  @Test func `an mDNS question is not answered while the names are being probed`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.pass(seconds: 0.1)
    machine.sent = []
    machine.receive(Message(isResponse: false, questions: [Question(VirtualMachine.host, .a)]))
    machine.pass(seconds: 0.1)
    #expect(machine.sent.isEmpty)
  }

  @Test func `an mDNS question is answered on the link and IP version on which it arrived`() {
    var machine = VirtualMachine(links: [
      1: [VirtualMachine.address, .v6(.init(repeating: 2))], 2: [.v4([10, 1, 1, 1])],
    ])
    machine.advertise()
    machine.settle()
    let answers = machine.ask(
      Question(VirtualMachine.type, .ptr), from: Responder.Peer(.v6(.init(repeating: 3)), port: 5353))
    #expect(answers.map(\.link) == [1] && answers.map(\.family) == [.v6])
  }

  @Test func `an mDNS question with another operation or an error code is ignored`() {
    var machine = machine
    for flags: UInt16 in [0x2800, 0x0003] {
      var message = Message(isResponse: false, questions: [Question(VirtualMachine.host, .a)])
      message.flags = flags
      machine.receive(message)
    }
    machine.pass(seconds: 1)
    #expect(machine.sent.isEmpty)
  }

  @Test func `an mDNS question repeated a thousand times within a second is answered once`() {
    var machine = machine
    for _ in 0..<1000 {
      machine.receive(Message(isResponse: false, questions: [Question(VirtualMachine.type, .ptr)]))
    }
    machine.pass(seconds: 1)
    #expect(machine.sent.count == 1)
  }

  @Test func `an mDNS question for a type with two services is answered with both`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.advertise("Kitchen 10301", port: 10_301)
    machine.settle()
    let answers = machine.ask(Question(VirtualMachine.type, .ptr)).flatMap(\.message.answers)
    #expect(
      answers.map(\.data) == [
        .pointer(VirtualMachine.instance),
        .pointer(DomainName("Kitchen 10301", "_wyoming", "_tcp", "local")),
      ])
    #expect(machine.ask(Question(Names.types, .ptr)).flatMap(\.message.answers).count == 1)
  }
}
