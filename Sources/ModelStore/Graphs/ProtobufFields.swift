/// An iterator over the fields of a message in protobuf's wire format. It copies nothing and does not look inside of
/// fields.
struct ProtobufFields {
  private let bytes: UnsafeRawBufferPointer
  private let end: Int
  private var position: Int

  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - range: The message's range in the file.
  init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  struct Field {
    let number: Int
    /// The offset of the field's tag.
    let start: Int
    let value: Value
  }

  enum Value {
    case number(UInt64)
    /// Text, bytes or a message, without the length before it.
    case bytes(Range<Int>)
    case fixed
  }

  enum Malformed: Error, Equatable {
    /// The message is truncated: the file would need at least this many bytes.
    case cutOff(needed: Int)
    case garbled
  }

  /// Returns the next field; `nil` at the end of the message.
  mutating func next() throws(Malformed) -> Field? {
    guard position < end else { return nil }
    let start = position
    let tag = try number()
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw .garbled }
    let value: Value
    switch tag & 7 {
    case 0: value = .number(try number())
    case 1: value = try fixed(8)
    case 2: value = .bytes(try range(of: try number()))
    case 5: value = try fixed(4)
    default: throw .garbled
    }
    return Field(number: Int(tag >> 3), start: start, value: value)
  }

  /// Reads a number with seven bits in each byte, the lowest first.
  private mutating func number() throws(Malformed) -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < end else { throw .cutOff(needed: end + 1) }
      let byte = bytes[position]
      position += 1
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    throw .garbled
  }

  private mutating func fixed(_ count: UInt64) throws(Malformed) -> Value {
    _ = try range(of: count)
    return .fixed
  }

  private mutating func range(of count: UInt64) throws(Malformed) -> Range<Int> {
    // No file is longer than this.
    guard count < 1 << 48 else { throw .garbled }
    let start = position
    let (count, available) = (Int(count), end - position)
    guard count <= available else { throw .cutOff(needed: start + count) }
    position += count
    return start..<position
  }

  /// Encodes a number with seven bits in each byte.
  static func encoded(_ number: Int) -> [UInt8] {
    var rest = UInt(bitPattern: number)
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
