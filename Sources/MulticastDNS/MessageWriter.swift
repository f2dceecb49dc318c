extension Message {
  /// The maximum size of a packet in bytes: an Ethernet frame less the headers of IPv6 and UDP.
  public static let packetBytes = 1440

  /// Encodes the message as packets. Answers that do not fit go into another packet; additional records that do not
  /// fit are left out. Questions and authorities stay together, in the first packet.
  ///
  /// - Parameter isLegacy: True for a unicast DNS resolver: one packet, in which names in SRV are not compressed.
  public func packets(isLegacy: Bool = false) -> [[UInt8]] {
    var packets: [[UInt8]] = []
    var rest = answers[...]
    repeat {
      var writer = MessageWriter(id: id, flags: flags, writesTargetsOut: isLegacy)
      if packets.isEmpty {
        for question in questions { writer.append(question) }
      }
      // The first answer always goes in: a record larger than a packet still has to be sent.
      while let next = rest.first, writer.append(next, to: .answers, force: writer.counts[1] == 0) {
        rest.removeFirst()
      }
      if packets.isEmpty {
        for record in authorities { writer.append(record, to: .authorities, force: true) }
      }
      if rest.isEmpty {
        for record in additionals { writer.append(record, to: .additionals, force: false) }
      }
      packets.append(writer.packet)
    } while !rest.isEmpty && !isLegacy
    return packets
  }
}

extension RecordData {
  /// The data without name compression, as two probes are compared (RFC 6762, 8.2).
  var plainBytes: [UInt8] {
    var writer = MessageWriter(id: 0, flags: 0, writesTargetsOut: true)
    writer.append(self, compresses: false)
    return Array(writer.bytes.dropFirst(12))
  }
}

private struct MessageWriter {
  enum Section: Int {
    case answers = 1
    case authorities = 2
    case additionals = 3
  }

  var bytes: [UInt8]
  var counts = [0, 0, 0, 0]
  private let writesTargetsOut: Bool
  /// The offsets of the name suffixes that have been written.
  private var places: [ArraySlice<[UInt8]>: Int] = [:]

  init(id: UInt16, flags: UInt16, writesTargetsOut: Bool) {
    self.writesTargetsOut = writesTargetsOut
    bytes = []
    append(id)
    append(flags)
    bytes += [0, 0, 0, 0, 0, 0, 0, 0]
  }

  var packet: [UInt8] {
    var packet = bytes
    for (section, count) in counts.enumerated() {
      packet[4 + 2 * section] = UInt8(truncatingIfNeeded: count >> 8)
      packet[5 + 2 * section] = UInt8(truncatingIfNeeded: count)
    }
    return packet
  }

  mutating func append(_ question: Question) {
    append(question.name)
    append(question.type.rawValue)
    append(question.recordClass | (question.wantsUnicast ? 0x8000 : 0))
    counts[0] += 1
  }

  /// - Returns: True if the record was added; nothing changes if it does not fit and is not forced.
  @discardableResult
  mutating func append(_ record: Record, to section: Section, force: Bool) -> Bool {
    let before = self
    append(record.name)
    append(record.data.type.rawValue)
    append(record.data.recordClass | (record.isUnique ? 0x8000 : 0))
    append(record.ttl)
    let place = bytes.count
    bytes += [0, 0]
    append(record.data, compresses: true)
    let count = bytes.count - place - 2
    bytes[place] = UInt8(truncatingIfNeeded: count >> 8)
    bytes[place + 1] = UInt8(truncatingIfNeeded: count)
    guard force || bytes.count <= Message.packetBytes else {
      self = before
      return false
    }
    counts[section.rawValue] += 1
    return true
  }

  mutating func append(_ data: RecordData, compresses: Bool) {
    switch data {
    case .address(let address): bytes += address.bytes
    case .pointer(let name): append(name, compresses: compresses)
    case .service(let priority, let weight, let port, let target):
      append(priority)
      append(weight)
      append(port)
      append(target, compresses: compresses && !writesTargetsOut)
    case .text(let text): bytes += text
    case .existing(let next, let types):
      append(next, compresses: compresses && !writesTargetsOut)
      append(types)
    case .other(_, _, let data): bytes += data
    }
  }

  private mutating func append(_ name: DomainName, compresses: Bool = true) {
    var rest = name.labels[...]
    while let label = rest.first {
      if compresses, let place = places[rest] {
        return append(0xC000 | UInt16(place))
      }
      // A pointer has 14 bits.
      if bytes.count < 0x4000 { places[rest] = bytes.count }
      bytes.append(UInt8(label.count))
      bytes += label
      rest.removeFirst()
    }
    bytes.append(0)
  }

  private mutating func append(_ types: Set<RecordType>) {
    let windows = Dictionary(grouping: types.map(\.rawValue)) { UInt8($0 >> 8) }
    for (window, values) in windows.sorted(by: { $0.key < $1.key }) {
      var bits = [UInt8](repeating: 0, count: Int((values.max() ?? 0) & 0xFF) / 8 + 1)
      for value in values { bits[Int(value & 0xFF) / 8] |= 0x80 >> UInt8(value & 7) }
      bytes += [window, UInt8(bits.count)] + bits
    }
  }

  private mutating func append(_ value: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
