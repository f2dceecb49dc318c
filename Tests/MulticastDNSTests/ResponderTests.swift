import Testing

@testable import MulticastDNS

/// RFC 6762, sections 8 and 10.
@Suite struct `A multicast DNS responder` {
  @Test func `the responder probes its names three times, then announces them three times`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.pass(seconds: 60)
    #expect(machine.sent.map(\.milliseconds) == [0, 250, 500, 750, 1750, 3750])
    #expect(machine.sent.map(\.message.isResponse) == [false, false, false, true, true, true])
    #expect(machine.responder.deadline == nil)
  }

  @Test func `a probe lists the records that the responder wants to claim`() throws {
    var machine = VirtualMachine()
    machine.advertise()
    machine.pass(seconds: 0.1)
    let probe = try #require(machine.sent.first).message
    #expect(
      probe.questions == [Question(VirtualMachine.instance, .any), Question(VirtualMachine.host, .any)])
    #expect(Set(probe.authorities.map(\.data.type)) == [.srv, .txt, .a])
    #expect(probe.authorities.allSatisfy { !$0.isUnique })
  }

  @Test func `an announcement marks PTR records as shared and all others as unique`() throws {
    var machine = VirtualMachine(links: [
      1: [VirtualMachine.address, .v6(.init(repeating: 2))]
    ])
    machine.advertise()
    machine.pass(seconds: 1)
    let answers = try #require(machine.sent.last).message.answers
    let shared = Dictionary(grouping: answers, by: \.isUnique).mapValues { $0.map(\.data.type) }
    #expect(shared[false] == [.ptr, .ptr])
    #expect(shared[true] == [.srv, .txt, .a, .aaaa, .nsec, .nsec])
    #expect(answers.filter { $0.data.type == .txt }.map(\.data) == [.text([0])])
    #expect(
      answers.filter { [.srv, .a, .aaaa].contains($0.data.type) }.map(\.ttl) == [120, 120, 120])
    #expect(Set(machine.sent.map(\.family)) == [.v4, .v6])
    let addresses = [VirtualMachine.address, IPAddress.v6(.init(repeating: 2))]
    #expect(machine.events == [.announced(0, name: "Kitchen", 1, addresses)])
  }

  @Test func `withdrawing a service keeps the record of its type, which other machines share`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.settle()
    let goodbyes = messages(machine.responder.withdraw())
    #expect(goodbyes.flatMap(\.answers).allSatisfy { $0.ttl == 0 })
    #expect(goodbyes.flatMap(\.answers).map(\.data.type) == [.ptr, .srv, .txt, .a])
    #expect(goodbyes.flatMap(\.answers)[0].data == .pointer(VirtualMachine.instance))
    #expect(machine.responder.deadline == nil)
    #expect(machine.ask(Question(VirtualMachine.type, .ptr)).isEmpty)
  }

  @Test func `withdrawing a service that was never announced sends nothing`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.pass(seconds: 0.5)
    #expect(machine.responder.withdraw().isEmpty)
  }

  @Test func `a changed address is announced, and the old one withdrawn`() throws {
    var machine = VirtualMachine()
    machine.advertise()
    machine.settle()
    let other = IPAddress.v4([10, 0, 0, 9])
    machine.move(to: [1: [other]])
    #expect(machine.sent.map { $0.message.answers.map(\.ttl) } == [[0]])
    #expect(machine.sent[0].message.answers[0].data == .address(VirtualMachine.address))
    machine.sent = []
    machine.pass(seconds: 20)
    #expect(machine.sent.count == 3 && machine.sent.allSatisfy { $0.message.isResponse })
    let addresses = machine.sent[0].message.answers.filter { $0.data.type == .a }
    #expect(addresses.map(\.data) == [.address(other)] && addresses[0].isUnique)
    #expect(machine.events == [.announced(0, name: "Kitchen", 1, [other])])
  }

  @Test func `a new link gets probes and announcements, a removed one nothing`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.settle()
    machine.move(to: [2: [.v4([192, 168, 0, 1])]])
    machine.pass(seconds: 20)
    #expect(Set(machine.sent.map(\.link)) == [2])
    #expect(machine.sent.map(\.message.isResponse) == [false, false, false, true, true, true])
  }

  @Test func `an announcement has only the addresses of its link`() {
    var machine = VirtualMachine(links: [1: [VirtualMachine.address], 2: [.v4([192, 168, 0, 1])]])
    machine.advertise()
    machine.pass(seconds: 20)
    for (link, address) in [(1, VirtualMachine.address), (2, IPAddress.v4([192, 168, 0, 1]))] {
      let answers = machine.sent.filter { $0.link == link }.flatMap(\.message.answers)
      #expect(Set(answers.filter { $0.data.type == .a }.map(\.data)) == [.address(address)])
    }
  }

  @Test(arguments: [
    (ServiceAdvertisement.Reach.everyAddress, [RecordType.a, .aaaa]), (.everyIPv4Address, [.a]),
    (.only(.v6(.init(repeating: 2))), [.aaaa]), (.only(.v4([10, 0, 0, 3])), []),
  ])
  func `an announcement has only the addresses on which the service listens`(
    reach: ServiceAdvertisement.Reach, types: [RecordType]
  ) {
    var machine = VirtualMachine(links: [1: [VirtualMachine.address, .v6(.init(repeating: 2))]])
    machine.advertise(reach: reach)
    machine.pass(seconds: 1)
    let answers = machine.sent.filter { $0.family == .v4 }.last?.message.answers ?? []
    let found = answers.map(\.data.type).filter { [RecordType.a, .aaaa].contains($0) }
    #expect(found == types)
  }

  @Test func `a service is withdrawn from a link on which it is no longer reachable`() {
    var machine = VirtualMachine()
    machine.advertise(reach: .only(VirtualMachine.address))
    machine.settle()
    machine.move(to: [1: [.v4([10, 0, 0, 7])]])
    #expect(machine.sent.flatMap(\.message.answers).map(\.ttl) == [0, 0, 0, 0])
    machine.sent = []
    machine.pass(seconds: 20)
    #expect(machine.sent.isEmpty)
  }

  @Test func `a record that another host withdraws is announced again`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.settle()
    let record = Record(
      name: VirtualMachine.type, data: .pointer(VirtualMachine.instance), ttl: 0, isUnique: false)
    machine.receive(Message(isResponse: true, answers: [record]))
    machine.pass(seconds: 2)
    let repeated = machine.sent.flatMap(\.message.answers)
    #expect(repeated.contains { $0.data == record.data && $0.ttl == 4500 })
  }

  @Test func `a service added before the first link is announced once a link appears`() {
    var machine = VirtualMachine(links: [:])
    machine.advertise()
    machine.pass(seconds: 20)
    #expect(machine.sent.isEmpty)
    machine.move(to: [1: [VirtualMachine.address]])
    machine.pass(seconds: 1)
    #expect(machine.sent.count == 4)
  }

  @Test func `an update with unchanged links sends nothing`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.settle()
    machine.move(to: [1: [VirtualMachine.address]])
    #expect(machine.sent.isEmpty && machine.responder.deadline == nil)
  }

  private func messages(_ actions: [Responder.Action]) -> [Message] {
    actions.compactMap { action in
      guard case .send(let bytes, _, _, _) = action else { return nil }
      return try? Message(parsing: bytes)
    }
  }
}
