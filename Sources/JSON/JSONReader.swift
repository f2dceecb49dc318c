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

  /// Parses a value; see ``JSONValue/init(parsing:)``.
  static func value(of bytes: [UInt8]) -> JSONValue? {
    var reader = JSONReader(bytes: bytes)
    if bytes.starts(with: byteOrderMark) { reader.position = byteOrderMark.count }
    let value = reader.value(depth: 0)
    reader.skipSpace()
    return reader.position == bytes.count ? value : nil
  }

  // Each of the following functions returns `nil` or false for malformed input, at which parsing ends.

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

  /// Takes a word that has this value.
  private mutating func word(_ text: StaticString, _ value: JSONValue) -> JSONValue? {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count, bytes[position..<end].elementsEqual(text.description.utf8) else { return nil }
    position = end
    return value
  }

  private mutating func value(depth: Int) -> JSONValue? {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return object(depth: depth + 1)
    case UInt8(ascii: "["): return array(depth: depth + 1)
    case UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "t"): return word("true", .bool(true))
    case UInt8(ascii: "f"): return word("false", .bool(false))
    case UInt8(ascii: "n"): return word("null", .null)
    case UInt8(ascii: "N"): return word("NaN", .null)
    case UInt8(ascii: "I"): return word("Infinity", .null)
    default: return number()
    }
  }

  private mutating func object(depth: Int) -> JSONValue? {
    guard depth <= Self.deepest else { return nil }
    position += 1
    var fields: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return .object(fields) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\""), let key = string() else { return nil }
      skipSpace()
      guard take(":"), let value = value(depth: depth) else { return nil }
      fields[key] = value
      skipSpace()
    } while take(",")
    guard take("}") else { return nil }
    return .object(fields)
  }

  private mutating func array(depth: Int) -> JSONValue? {
    guard depth <= Self.deepest else { return nil }
    position += 1
    var items: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(items) }
    repeat {
      guard let item = value(depth: depth) else { return nil }
      items.append(item)
      skipSpace()
    } while take(",")
    guard take("]") else { return nil }
    return .array(items)
  }

  private mutating func number() -> JSONValue? {
    let start = position
    var isWhole = true
    if take("-"), next == UInt8(ascii: "I") { return word("Infinity", .null) }
    let firstDigit = position
    guard skipDigits() else { return nil }
    // No leading zeros.
    guard bytes[firstDigit] != UInt8(ascii: "0") || position == firstDigit + 1 else { return nil }
    if take(".") {
      isWhole = false
      guard skipDigits() else { return nil }
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      guard skipDigits() else { return nil }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { return nil }
    return .number(number)
  }

  /// Skips the digits here; false if there are none.
  private mutating func skipDigits() -> Bool {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position > start
  }

  private mutating func string() -> String? {
    position += 1
    var content: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        return String(validating: content, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = escaped() else { return nil }
        content.append(contentsOf: escaped)
      case 0..<0x20:
        return nil
      default:
        content.append(byte)
      }
    }
    return nil
  }

  /// Parses the rest of an escape sequence and returns its UTF-8.
  private mutating func escaped() -> [UInt8]? {
    guard let byte = next else { return nil }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return unicodeScalar().map { Array(String(Character($0)).utf8) }
    default: return nil
    }
  }

  /// Parses the scalar of \uXXXX, or of two of them for a surrogate pair. Half of a pair is no character, and is read
  /// as U+FFFD.
  private mutating func unicodeScalar() -> Unicode.Scalar? {
    let replacement: Unicode.Scalar = "\u{FFFD}"
    guard let unit = hexadecimal() else { return nil }
    guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) ?? replacement }
    let behind = position
    guard take("\\"), take("u") else {
      position = behind
      return replacement
    }
    guard let other = hexadecimal() else { return nil }
    guard UTF16.isTrailSurrogate(other) else {
      position = behind
      return replacement
    }
    return UTF16.decode(UTF16.EncodedScalar([unit, other]))
  }

  private mutating func hexadecimal() -> UInt16? {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        return nil
      }
      position += 1
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}
