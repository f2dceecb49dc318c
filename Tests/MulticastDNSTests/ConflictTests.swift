import Testing

@testable import MulticastDNS

/// RFC 6762, sections 8.2 and 9.
@Suite struct `A name that another host has` {
  /// Another server's record of this responder's instance.
  private static func service(port: UInt16, ttl: UInt32 = 120) -> Record {
    Record(
      name: VirtualMachine.instance,
      data: .service(priority: 0, weight: 0, port: port, target: DomainName("other", "local")), ttl: ttl,
      isUnique: true)
  }
  private static let theirs = service(port: 1)
  private static let theirHost = Record(
    name: VirtualMachine.host, data: .address(.v4([10, 0, 0, 99])), ttl: 120, isUnique: true)

  private func renamed(_ machine: VirtualMachine) -> [DomainName] {
    machine.events.compactMap { if case .renamed(_, _, let name) = $0 { name } else { nil } }
  }

  private func announced(_ machine: VirtualMachine) -> [String] {
    machine.events.compactMap { if case .announced(_, let name, _, _) = $0 { name } else { nil } }
  }

  @Test func `an instance name that another host has is given up while probing`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.pass(seconds: 0.3)
    machine.receive(Message(isResponse: true, answers: [Self.theirs]))
    machine.pass(seconds: 5)
    #expect(announced(machine) == ["Kitchen (2)"])
    #expect(renamed(machine) == [DomainName("Kitchen (2)", "_wyoming", "_tcp", "local")])
    let answers = machine.ask(Question(VirtualMachine.type, .ptr)).flatMap(\.message.answers)
    #expect(answers.map(\.data) == [.pointer(DomainName("Kitchen (2)", "_wyoming", "_tcp", "local"))])
  }

  @Test func `names that are taken twenty times are given up each time without flooding the link`() {
    var machine = VirtualMachine()
    machine.advertise()
    for number in 1...20 {
      let title = number == 1 ? "Kitchen" : "Kitchen (\(number))"
      machine.pass(seconds: 0.1)
      var record = Self.theirs
      record.name = DomainName(title, "_wyoming", "_tcp", "local")
      machine.receive(Message(isResponse: true, answers: [record]))
    }
    #expect(renamed(machine).count == 20)
    machine.sent = []
    machine.pass(seconds: 4.8)
    #expect(machine.sent.isEmpty)
    machine.pass(seconds: 2)
    #expect(announced(machine) == ["Kitchen (21)"])
  }

  @Test func `a host name that is taken gets a number independent of the instance name`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.pass(seconds: 0.3)
    machine.receive(Message(isResponse: true, answers: [Self.theirHost]))
    machine.pass(seconds: 5)
    #expect(announced(machine) == ["Kitchen"])
    #expect(
      machine.ask(Question(VirtualMachine.instance, .srv)).flatMap(\.message.answers).map(\.data) == [
        .service(priority: 0, weight: 0, port: 10_300, target: DomainName("box-10300-2", "local"))
      ])
  }

  @Test func `an announced name that another host uses is probed again, and given up if it is defended`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.settle()
    // With two records of the name: one packet is one conflict.
    let text = Record(name: VirtualMachine.instance, data: .text([1, 65]), ttl: 4500, isUnique: true)
    machine.receive(Message(isResponse: true, answers: [Self.theirs, text]))
    machine.pass(seconds: 0.3)
    #expect(machine.sent.map(\.message.isResponse) == [false, false])
    #expect(machine.events.isEmpty)
    var undefended = machine
    undefended.pass(seconds: 5)
    #expect(announced(undefended).isEmpty && undefended.sent.last?.message.isResponse == true)
    machine.receive(Message(isResponse: true, answers: [Self.theirs]))
    machine.pass(seconds: 5)
    #expect(announced(machine) == ["Kitchen (2)"])
  }

  @Test func `a name is not given up for the responder's own packets on another interface`() {
    var machine = VirtualMachine(links: [1: [VirtualMachine.address], 2: [.v4([10, 0, 0, 5])]])
    machine.advertise()
    // Both interfaces are on one network: each receives what the other sends.
    for _ in 0..<200 {
      let heard = machine.sent
      machine.sent = []
      for packet in heard {
        for link: Responder.Link in [1, 2] {
          machine.receive(
            packet.message, from: Responder.Peer(.v4([10, 0, 0, packet.link == 1 ? 1 : 5]), port: 5353),
            on: link)
        }
      }
      machine.pass(seconds: 0.05)
    }
    #expect(renamed(machine).isEmpty)
    #expect(announced(machine) == ["Kitchen", "Kitchen"])
  }

  @Test func `a host name is not given up for an address that this machine had a moment ago`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.settle()
    machine.move(to: [1: [.v4([10, 0, 0, 9])]])
    let old = Record(
      name: VirtualMachine.host, data: .address(VirtualMachine.address), ttl: 120, isUnique: true)
    machine.receive(Message(isResponse: true, answers: [old]))
    machine.pass(seconds: 5)
    #expect(machine.sent.allSatisfy { $0.message.isResponse })
  }

  @Test func `a name is not given up for withdrawn records or responses from a port other than 5353`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.pass(seconds: 0.3)
    machine.receive(Message(isResponse: true, answers: [Self.service(port: 1, ttl: 0)]))
    machine.receive(
      Message(isResponse: true, answers: [Self.theirs]),
      from: Responder.Peer(.v4([10, 0, 0, 2]), port: 53))
    machine.pass(seconds: 5)
    #expect(announced(machine) == ["Kitchen"])
  }

  @Test(arguments: [(UInt16(1), false), (65_535, true)])
  func `a name probed by two hosts at once goes to the one whose records sort later`(
    port: UInt16, isLost: Bool
  ) {
    var machine = VirtualMachine()
    machine.advertise()
    machine.pass(seconds: 0.1)
    var probe = Message(isResponse: false, questions: [Question(VirtualMachine.instance, .any)])
    // TXT comes before SRV in order: of two servers only the ports decide.
    probe.authorities = [
      Record(
        name: VirtualMachine.instance,
        data: .service(priority: 0, weight: 0, port: port, target: DomainName("z", "local")), ttl: 120,
        isUnique: false),
      Record(name: VirtualMachine.instance, data: .text([0]), ttl: 4500, isUnique: false),
    ]
    machine.receive(probe)
    machine.sent = []
    machine.pass(seconds: 0.9)
    #expect(machine.sent.isEmpty == isLost)
    // Probed again after a second: the other host was a ghost.
    machine.pass(seconds: 5)
    #expect(announced(machine) == ["Kitchen"])
  }

  @Test func `an announced name is defended at once against each probe`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.settle()
    machine.pass(seconds: 1)
    var probe = Message(
      isResponse: false, questions: [Question(VirtualMachine.instance, .any, wantsUnicast: true)])
    probe.authorities = [Self.theirs]
    for _ in 0..<3 {
      machine.sent = []
      machine.receive(probe)
      #expect(machine.sent.count == 1 && machine.sent[0].message.answers.contains { $0.data.type == .srv })
      machine.pass(seconds: 0.25)
    }
  }

  @Test func `a name lost on one link is withdrawn on the others`() {
    var machine = VirtualMachine()
    machine.advertise()
    machine.settle()
    machine.move(to: [1: [VirtualMachine.address], 2: [.v4([192, 168, 0, 1])]])
    machine.pass(seconds: 0.1)
    machine.sent = []
    machine.receive(Message(isResponse: true, answers: [Self.theirs]), on: 2)
    let goodbyes = machine.sent.filter { $0.message.answers.contains { $0.ttl == 0 } }
    #expect(goodbyes.map(\.link) == [1])
    machine.pass(seconds: 5)
    #expect(announced(machine) == ["Kitchen (2)", "Kitchen (2)"])
  }

  @Test func `a service name of 63 bytes is shortened to fit its number`() {
    var names = Names(
      ServiceAdvertisement(
        name: String(repeating: "x", count: 63), application: "_wyoming", transport: "_tcp", host: "box",
        port: 1, reach: .everyAddress))
    names.renameInstance()
    #expect(names.title.utf8.count == 63 && names.title.hasSuffix("x (2)"))
    names.renameHost()
    #expect(names.host == DomainName("box-2", "local"))
  }
}
