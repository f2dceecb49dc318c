/// Bytes with random access: a file, memory, or another source with ranges removed or replaced.
public protocol ByteSource {
  /// The number of bytes.
  var size: Int { get }

  /// Reads bytes from `offset` on and returns their number, 0 at the end.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int
}

extension ByteSource {
  /// Returns up to `count` bytes from `offset` on, fewer at the end.
  func bytes(at offset: Int, count: Int) -> [UInt8] {
    guard offset >= 0, offset < size, count > 0 else { return [] }
    let count = Swift.min(count, size - offset)
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let rest = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...])
        let more = read(at: offset + initialized, into: rest)
        guard more > 0 else { return }
        initialized += more
      }
    }
  }

  /// Returns true if the bytes at `offset` are this ASCII text.
  func has(_ text: StaticString, at offset: Int) -> Bool {
    text.withUTF8Buffer { expected in
      let found = bytes(at: offset, count: expected.count)
      return found.count == expected.count && found.elementsEqual(expected)
    }
  }

  /// Returns the unsigned number of `count` bytes at `offset`, at most `Int.max`; `nil` past the end.
  func number(at offset: Int, count: Int, _ order: ByteOrder) -> Int? {
    let found = bytes(at: offset, count: count)
    guard found.count == count else { return nil }
    return order.number(found[...])
  }
}

/// The byte order of numbers in a file.
enum ByteOrder: Equatable, Sendable {
  case bigEndian
  case littleEndian

  /// Returns the unsigned number of up to eight bytes, at most `Int.max`.
  func number(_ bytes: ArraySlice<UInt8>) -> Int {
    var value: UInt64 = 0
    switch self {
    case .bigEndian: for byte in bytes { value = value << 8 | UInt64(byte) }
    case .littleEndian: for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    }
    return Int(clamping: value)
  }

  /// Returns the bytes of a number.
  func bytes(_ value: Int, count: Int) -> [UInt8] {
    let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return self == .littleEndian ? little : little.reversed()
  }
}

/// A source of bytes in memory.
struct MemoryBytes: ByteSource {
  private let content: [UInt8]

  init(_ content: [UInt8]) {
    self.content = content
  }

  var size: Int { content.count }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard offset >= 0, offset < content.count else { return 0 }
    let count = min(buffer.count, content.count - offset)
    content.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
    }
    return count
  }
}
