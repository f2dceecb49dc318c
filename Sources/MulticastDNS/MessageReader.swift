extension Message {
  /// Parses a packet. Time and memory are bounded by the packet's length, whatever the bytes are.
  ///
  /// - Throws: ``MessageError`` if the bytes are not a DNS message.
  public init(parsing bytes: [UInt8]) throws(MessageError) {
    var reader = MessageReader(bytes: bytes)
    self.init(id: try reader.integer(), flags: try reader.integer())
    let counts = (
      try reader.integer(UInt16.self), try reader.integer(UInt16.self), try reader.integer(UInt16.self),
      try reader.integer(UInt16.self)
    )
    for _ in 0..<counts.0 { questions.append(try reader.question()) }
    for _ in 0..<counts.1 { answers.append(try reader.record()) }
    for _ in 0..<counts.2 { authorities.append(try reader.record()) }
    for _ in 0..<counts.3 { additionals.append(try reader.record()) }
  }
}

private struct MessageReader {
  let bytes: [UInt8]
  var index = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(MessageError) -> Value {
    try take(MemoryLayout<Value>.size).reduce(0) { $0 << 8 | Value($1) }
  }

  mutating func take(_ count: Int) throws(MessageError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - index else { throw .cutOff }
    defer { index += count }
    return bytes[index..<index + count]
  }

  /// Reads a name, which can continue at an earlier offset (RFC 1035, 4.1.4). Each pointer has to lead to before the
  /// piece that it ends, so that pointers cannot form a loop.
  mutating func name() throws(MessageError) -> DomainName {
    var labels: [[UInt8]] = []
    var length = 1
    var piece = index
    var end: Int?
    while true {
      let head = try integer(UInt8.self)
      switch head & 0xC0 {
      case 0x00 where head == 0:
        index = end ?? index
        guard let name = DomainName(labels: labels) else { throw .name }
        return name
      case 0x00:
        length += 1 + Int(head)
        guard length <= 255 else { throw .name }
        labels.append(Array(try take(Int(head))))
      case 0xC0:
        let target = Int(head & 0x3F) << 8 | Int(try integer(UInt8.self))
        guard target < piece else { throw .name }
        end = end ?? index
        piece = target
        index = target
      default: throw .name
      }
    }
  }

  mutating func question() throws(MessageError) -> Question {
    var question = Question(try name(), RecordType(rawValue: try integer()))
    let value = try integer(UInt16.self)
    question.recordClass = value & 0x7FFF
    question.wantsUnicast = value & 0x8000 != 0
    return question
  }

  mutating func record() throws(MessageError) -> Record {
    let name = try name()
    let type = RecordType(rawValue: try integer())
    let recordClass = try integer(UInt16.self)
    let ttl = try integer(UInt32.self)
    let count = Int(try integer(UInt16.self))
    guard count <= bytes.count - index else { throw .cutOff }
    let end = index + count
    let data =
      recordClass & 0x7FFF == 1
      ? try data(type, end)
      : .other(type, class: recordClass & 0x7FFF, Array(bytes[index..<end]))
    if case .other = data { index = end }
    guard index == end else { throw .data }
    return Record(name: name, data: data, ttl: ttl, isUnique: recordClass & 0x8000 != 0)
  }

  private mutating func data(_ type: RecordType, _ end: Int) throws(MessageError) -> RecordData {
    let all = bytes[index..<end]
    switch type {
    case .a, .aaaa:
      guard let address = IPAddress(bytes: all), (address.family == .v4) == (type == .a) else {
        throw .data
      }
      index = end
      return .address(address)
    case .ptr:
      return .pointer(try name())
    case .srv:
      return .service(
        priority: try integer(), weight: try integer(), port: try integer(), target: try name())
    case .txt:
      index = end
      return .text(Array(all))
    case .nsec:
      let next = try name()
      guard index <= end else { throw .data }
      return .existing(next: next, types: try types(end))
    default:
      return .other(type, class: 1, Array(all))
    }
  }

  /// Reads the type bitmap of an NSEC record, window by window (RFC 4034, 4.1.2).
  private mutating func types(_ end: Int) throws(MessageError) -> Set<RecordType> {
    var types: Set<RecordType> = []
    while index < end {
      let window = try integer(UInt8.self)
      let count = try integer(UInt8.self)
      guard (1...32).contains(count) else { throw .data }
      for (place, byte) in try take(Int(count)).enumerated() {
        for bit in 0..<8 where byte & (0x80 >> UInt8(bit)) != 0 {
          types.insert(RecordType(rawValue: UInt16(window) << 8 | UInt16(place * 8 + bit)))
        }
      }
    }
    return types
  }
}
