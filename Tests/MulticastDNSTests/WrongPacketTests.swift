import Testing

@testable import MulticastDNS

@Suite struct `A malformed multicast DNS packet` {
  private static let header: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]

  @Test(
    arguments: [
      ([], .cutOff),
      ([0, 0, 0, 0], .cutOff),
      (header, .cutOff),
      // Pointers to themselves, to each other, forwards.
      (header + [0xC0, 12, 0, 1, 0, 1], .name),
      (header + [1, 65, 0xC0, 12, 0, 1, 0, 1], .name),
      (header + [0xC0, 14, 0xC0, 12, 0, 1, 0, 1], .name),
      (header + [0xC0, 0xFF, 0, 1, 0, 1], .name),
      // Lengths that are invalid for a label.
      (header + [0x40, 0, 0, 1, 0, 1], .name),
      (header + [0x80, 0, 0, 1, 0, 1], .name),
      (header + [63, 65], .cutOff),
      (header + [0, 0, 1, 0], .cutOff),
    ] as [([UInt8], MessageError)])
  func `a packet with a wrong length or name pointer is refused with its error`(
    bytes: [UInt8], error: MessageError
  ) {
    #expect(throws: error) { try Message(parsing: bytes) }
  }

  @Test(
    arguments: [
      (.a, [1, 2, 3]), (.a, [1, 2, 3, 4, 5]), (.aaaa, [1, 2, 3, 4]), (.ptr, [0, 0]), (.ptr, []),
      (.srv, [0, 0, 0, 0, 0, 0]), (.nsec, [0, 0, 0]), (.nsec, [0, 0, 33]), (.nsec, [0, 0, 4, 1]),
      (.nsec, [0, 0]),
    ] as [(RecordType, [UInt8])])
  func `record data of a length that its type does not allow is refused`(type: RecordType, data: [UInt8]) {
    let head: [UInt8] = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, UInt8(type.rawValue), 0, 1, 0, 0, 0, 1]
    let bytes = head + [0, UInt8(data.count)] + data
    #expect(throws: MessageError.self) { try Message(parsing: bytes) }
  }

  @Test func `a domain name that pointers extend beyond 255 bytes is refused`() {
    // Each name is a label and the name before it.
    var bytes: [UInt8] = [0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0]
    var last = 0
    for number in 0..<10 {
      let place = bytes.count
      bytes += [63] + [UInt8](repeating: 65, count: 63)
      bytes += number == 0 ? [0] : [0xC0 | UInt8(last >> 8), UInt8(last & 0xFF)]
      bytes += [0, 1, 0, 1]
      last = place
    }
    #expect(throws: MessageError.name) { try Message(parsing: bytes) }
  }

  /// Any bytes end in a message or an error, and every parsed message can be written.
  @Test(arguments: [Packets.announcement, Packets.query, Packets.dnspython, Packets.legacy])
  func `mutated packets end in an error or in a message that can be encoded`(packet: [UInt8]) throws {
    var random = Seeded(state: 42)
    var understood = 0
    for _ in 0..<5000 {
      var bytes = packet
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 2: bytes.removeSubrange(place..<bytes.count)
        default: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
        }
        if bytes.isEmpty { bytes = [0] }
      }
      guard let message = try? Message(parsing: bytes) else { continue }
      understood += 1
      let again = try message.packets(isLegacy: true).map { try Message(parsing: $0) }
      #expect(again.first?.questions == message.questions)
    }
    #expect(understood > 100)
  }

  @Test func `a responder still answers after 5000 mutated packets`() {
    var random = Seeded(state: 7)
    var machine = VirtualMachine()
    machine.advertise()
    machine.pass(seconds: 10)
    for _ in 0..<5000 {
      var bytes = [Packets.announcement, Packets.query, Packets.dnspython, Packets.legacy].randomElement(
        using: &random)!
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      machine.receive(bytes)
    }
    machine.pass(seconds: 10)
    #expect(machine.ask(Question(VirtualMachine.type, .ptr)).count == 1)
  }
}

/// A generator of the same numbers on every run (SplitMix64).
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
