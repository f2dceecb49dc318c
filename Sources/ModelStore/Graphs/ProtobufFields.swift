/// An iterator over the fields of a message in protobuf's wire format. It copies nothing and does not look inside of
/// fields.
struct ProtobufFields {
  private let bytes: UnsafeRawBufferPointer
  private let end: Int
  private var position: Int
  /// The reason why the iteration ended before the end of the message; `nil` if it did not.
  private(set) var fault: Fault?

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

  /// A mistake in the format.
  enum Fault: Equatable {
    /// The message is truncated: the file would need at least this many bytes.
    case cutOff(needed: Int)
    case garbled
  }

  /// Returns the next field; `nil` at the end of the message and at a ``fault``.
  mutating func next() -> Field? {
    guard fault == nil, position < end else { return nil }
    let start = position
    guard let tag = number() else { return nil }
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { return fail(.garbled) }
    let value: Value? =
      switch tag & 7 {
      case 0: number().map { .number($0) }
      case 1: range(of: 8).map { _ in .fixed }
      case 2: number().flatMap { range(of: $0) }.map { .bytes($0) }
      case 5: range(of: 4).map { _ in .fixed }
      default: fail(.garbled)
      }
    return value.map { Field(number: Int(tag >> 3), start: start, value: $0) }
  }

  private mutating func fail<Value>(_ fault: Fault) -> Value? {
    self.fault = fault
    return nil
  }

  /// Reads a number with seven bits in each byte, the lowest first.
  private mutating func number() -> UInt64? {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < end else { return fail(.cutOff(needed: end + 1)) }
      let byte = bytes[position]
      position += 1
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    return fail(.garbled)
  }

  private mutating func range(of count: UInt64) -> Range<Int>? {
    // No file is longer than this.
    guard count < 1 << 48 else { return fail(.garbled) }
    let start = position
    let (count, available) = (Int(count), end - position)
    guard count <= available else { return fail(.cutOff(needed: start + count)) }
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
