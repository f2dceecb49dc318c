import Testing

@testable import MulticastDNS

@Suite struct `A multicast DNS message` {
  private static let type = DomainName("_wyoming", "_tcp", "local")
  private static let instance = DomainName("Küche", "_wyoming", "_tcp", "local")
  private static let host = DomainName("box-10300", "local")

  @Test func `an announcement written by zeroconf is parsed`() throws {
    let message = try Message(parsing: Packets.announcement)
    #expect(message.isResponse && message.isPlain && message.questions.isEmpty)
    #expect(
      message.answers == [
        Record(name: Self.type, data: .pointer(Self.instance), ttl: 4500, isUnique: false),
        Record(
          name: Self.instance, data: .service(priority: 0, weight: 0, port: 10300, target: Self.host),
          ttl: 120,
          isUnique: true),
        Record(name: Self.instance, data: .text(Array("\u{3}a=b".utf8)), ttl: 4500, isUnique: true),
        Record(name: Self.host, data: .address(.v4([192, 168, 1, 5])), ttl: 120, isUnique: true),
        Record(
          name: Self.host,
          data: .address(.v6([0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2])), ttl: 120,
          isUnique: true),
      ])
  }

  @Test func `a question written by zeroconf is parsed with its known answers`() throws {
    let message = try Message(parsing: Packets.query)
    #expect(!message.isResponse)
    #expect(message.questions == [Question(Self.type, .ptr, wantsUnicast: true)])
    #expect(message.answers.map(\.data) == [.pointer(Self.instance)])
  }

  @Test func `NSEC, SRV and TXT records written by dnspython are parsed`() throws {
    let answers = try Message(parsing: Packets.dnspython).answers
    let types = [1, 28, 33, 1234].map { RecordType(rawValue: $0) }
    #expect(answers[0].data == .existing(next: Self.host, types: Set(types)))
    #expect(answers[1].data == .service(priority: 1, weight: 2, port: 10300, target: Self.host))
    #expect(answers[2].data == .text(Array("\0\u{3}b=c".utf8)))
  }

  @Test func `a message with an EDNS record is parsed`() throws {
    let message = try Message(parsing: Packets.legacy)
    #expect(message.id == 4711 && message.questions == [Question(Self.type, .ptr)])
    #expect(message.additionals.map(\.data) == [.other(RecordType(rawValue: 41), class: 1440, [])])
  }

  @Test(arguments: [Packets.announcement, Packets.query, Packets.dnspython, Packets.legacy])
  func `a message is unchanged after encoding and parsing`(packet: [UInt8]) throws {
    let message = try Message(parsing: packet)
    for isLegacy in [false, true] {
      let packets = message.packets(isLegacy: isLegacy)
      #expect(packets.count == 1)
      #expect(try Message(parsing: packets[0]) == message)
    }
  }

  @Test func `names are compressed exactly as zeroconf compresses them`() throws {
    let message = try Message(parsing: Packets.announcement)
    #expect(message.packets() == [Packets.announcement])
    // Unicast resolvers do not expect compression in SRV.
    #expect(message.packets(isLegacy: true)[0].count == Packets.announcement.count + 5)
  }

  @Test func `a message too long for one packet is split without losing answers`() throws {
    var message = Message(isResponse: true)
    message.answers = (0..<200).map {
      Record(
        name: DomainName("host-\($0)", "local"), data: .address(.v4([10, 0, 0, UInt8($0)])), ttl: 120,
        isUnique: true)
    }
    message.additionals = message.answers
    let packets = message.packets()
    #expect(packets.count > 1 && packets.allSatisfy { $0.count <= Message.packetBytes })
    let answers = try packets.flatMap { try Message(parsing: $0).answers }
    #expect(answers == message.answers)
  }

  @Test func `a record larger than a packet gets a packet of its own`() throws {
    let text = [UInt8](repeating: 0, count: 2000)
    let record = Record(name: Self.instance, data: .text(text), ttl: 1, isUnique: true)
    let packets = Message(isResponse: true, answers: [record, record]).packets()
    let answers = try packets.map { try Message(parsing: $0).answers }
    #expect(answers == [[record], [record]])
  }

  @Test func `domain names are equal in upper and lower case ASCII`() {
    #expect(DomainName("_Wyoming", "_TCP", "LOCAL") == Self.type)
    #expect(DomainName("É") != DomainName("é"))
    #expect(Set([DomainName("A"), DomainName("a")]).count == 1)
  }

  @Test func `a label over 63 bytes is truncated between characters`() throws {
    let name = DomainName(String(repeating: "é", count: 40), "local")
    #expect(name.labels[0].count == 62)
    #expect(name.description == String(repeating: "é", count: 31) + ".local.")
  }

  @Test func `a domain name with an empty or too long label, or over 255 bytes, is refused`() {
    #expect(DomainName(labels: [[]]) == nil)
    #expect(DomainName(labels: [[UInt8](repeating: 65, count: 64)]) == nil)
    #expect(DomainName(labels: Array(repeating: [UInt8](repeating: 65, count: 63), count: 4)) == nil)
  }
}
