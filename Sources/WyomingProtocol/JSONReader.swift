/// Parses JSON (RFC 8259) in one pass, with a limit to the nesting of values.
///
/// Foundation's decoder is not used since for values of unknown shape it tries one type after the other, and a few
/// hundred kilobytes of nested brackets keep it busy for minutes. This parser's work is linear in the bytes, whatever
/// they are.
///
/// Two extensions of the standard are accepted, because clients send them and other servers accept them: `NaN`,
/// `Infinity` and `-Infinity`, which Python's `json` writes, are read as null; and the text can begin with a byte
/// order mark, with which .NET begins a stream.
struct JSONReader {
  /// The maximum nesting of arrays and objects; events have three levels.
  private static let deepest = 64
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private let bytes: [UInt8]
  private var position = 0

  /// Parses a value.
  ///
  /// - Returns: `nil` if the bytes are not exactly one JSON value in UTF-8, or are nested too deep.
  static func value(of bytes: [UInt8]) -> JSONValue? {
    var reader = JSONReader(bytes: bytes)
    if bytes.starts(with: byteOrderMark) { reader.position = byteOrderMark.count }
    do throws(Malformed) {
      let value = try reader.value(depth: 0)
      reader.skipSpace()
      return reader.position == bytes.count ? value : nil
    } catch {
      return nil
    }
  }

  private struct Malformed: Error {}

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ text: StaticString) throws(Malformed) {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count, bytes[position..<end].elementsEqual(text.description.utf8) else {
      throw Malformed()
    }
    position = end
  }

  private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try expect("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try expect("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try expect("null")
      return .null
    case UInt8(ascii: "N"):
      try expect("NaN")
      return .null
    case UInt8(ascii: "I"):
      try expect("Infinity")
      return .null
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(Malformed) -> JSONValue {
    guard depth <= Self.deepest else { throw Malformed() }
    position += 1
    var fields: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return .object(fields) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw Malformed() }
      let key = try string()
      skipSpace()
      guard take(":") else { throw Malformed() }
      fields[key] = try value(depth: depth)
      skipSpace()
    } while take(",")
    guard take("}") else { throw Malformed() }
    return .object(fields)
  }

  private mutating func array(depth: Int) throws(Malformed) -> JSONValue {
    guard depth <= Self.deepest else { throw Malformed() }
    position += 1
    var items: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(items) }
    repeat {
      items.append(try value(depth: depth))
      skipSpace()
    } while take(",")
    guard take("]") else { throw Malformed() }
    return .array(items)
  }

  private mutating func number() throws(Malformed) -> JSONValue {
    let start = position
    var isWhole = true
    if take("-"), next == UInt8(ascii: "I") {
      try expect("Infinity")
      return .null
    }
    let firstDigit = position
    try digits()
    // No leading zeros.
    guard bytes[firstDigit] != UInt8(ascii: "0") || position == firstDigit + 1 else { throw Malformed() }
    if take(".") {
      isWhole = false
      try digits()
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw Malformed() }
    return .number(number)
  }

  private mutating func digits() throws(Malformed) {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position > start else { throw Malformed() }
  }

  private mutating func string() throws(Malformed) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else { throw Malformed() }
        return text
      case UInt8(ascii: "\\"):
        try content.append(contentsOf: escaped())
      case 0..<0x20:
        throw Malformed()
      default:
        content.append(byte)
      }
    }
    throw Malformed()
  }

  /// Parses the rest of an escape sequence and returns its UTF-8.
  private mutating func escaped() throws(Malformed) -> [UInt8] {
    guard let byte = next else { throw Malformed() }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(Character(try unicodeScalar())).utf8)
    default: throw Malformed()
    }
  }

  /// Parses the scalar of \uXXXX, or of two of them for a surrogate pair. Half of a pair is no character, and is read
  /// as U+FFFD.
  private mutating func unicodeScalar() throws(Malformed) -> Unicode.Scalar {
    let replacement: Unicode.Scalar = "\u{FFFD}"
    let unit = try hexadecimal()
    guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) ?? replacement }
    let behind = position
    guard take("\\"), take("u") else {
      position = behind
      return replacement
    }
    let other = try hexadecimal()
    guard UTF16.isTrailSurrogate(other) else {
      position = behind
      return replacement
    }
    return UTF16.decode(UTF16.EncodedScalar([unit, other]))
  }

  private mutating func hexadecimal() throws(Malformed) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw Malformed()
      }
      position += 1
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}
