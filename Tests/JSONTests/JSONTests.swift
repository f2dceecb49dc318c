import Testing

@testable import JSON

@Suite struct `JSON` {
  private func read(_ text: String) -> JSONValue? { JSONValue(parsing: Array(text.utf8)) }

  @Test(
    arguments: [
      ("null", .null), ("true", .bool(true)), ("false", .bool(false)),
      ("0", .integer(0)), ("-0", .integer(0)), ("17", .integer(17)), ("-17", .integer(-17)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(0x1p63)), ("0.5", .number(0.5)), ("-1.25e2", .number(-125)),
      ("1E+2", .number(100)), ("1e-400", .number(0)), ("1.0", .number(1)),
      ("\"\"", .string("")), ("\"größe 🦜\"", .string("größe 🦜")),
      (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
      (#""\u0041\u00e9\u00E9\u0000""#, .string("A\u{E9}\u{E9}\0")),
      (#""\ud83e\udd9c""#, .string("🦜")),
      ("[]", .array([])), ("[ ]", .array([])), ("{}", .object([:])), ("{ }", .object([:])),
      (" [ 1 ,\t[ 2 ]\r\n, {} ] ", .array([.integer(1), .array([.integer(2)]), .object([:])])),
      (#"{"a":{"b":[null]},"":1}"#, .object(["a": .object(["b": .array([.null])]), "": .integer(1)])),
      (#"{"a":1,"a":2}"#, .object(["a": .integer(2)])),
    ] as [(String, JSONValue)])
  func `a valid JSON value is parsed`(text: String, value: JSONValue) {
    #expect(read(text) == value)
  }

  @Test(
    arguments: [
      "", " ", "nul", "nulll", "True", "tru", "f", "+1", "01", "-01", "-", ".5", "5.", "1e", "1e+", "1.e1",
      "0x10",
      "1_000", "Infinit", "Infinityy", "+Infinity", "--Infinity", "-NaN", "nan", "Na", "inf", "-I", "1e400",
      "-1e400", "--1", "1-", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]",
      "{", "}",
      "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{\"a\" 1}",
      "{\"a\":1 \"b\":2}",
      "{1:1}", "\"", "\"a", "\"\\", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud83e\\u\"",
      "\"\n\"",
      "\"\t\"", "\"\0\"", "'a'", "1 2", "{} {}", "[]]", "// a\n1", "/* a */ 1", "\u{A0}1", "\u{FEFF}",
      "\u{FEFF}\u{FEFF}1", "1\u{FEFF}",
    ])
  func `a text that is not JSON is refused`(text: String) {
    #expect(read(text) == nil)
  }

  @Test(
    arguments: [
      ("NaN", .null), ("Infinity", .null), ("-Infinity", .null), (" -Infinity ", .null),
      ("[NaN,Infinity,-Infinity,-1]", .array([.null, .null, .null, .integer(-1)])),
      (#"{"timestamp":NaN,"a":{"b":-Infinity}}"#, .object(["timestamp": .null, "a": .object(["b": .null])])),
      (#""NaN""#, .string("NaN")),
    ] as [(String, JSONValue)])
  func `Python's NaN and Infinity in JSON are parsed as null`(text: String, value: JSONValue) {
    #expect(read(text) == value)
  }

  @Test func `a byte order mark before JSON is ignored`() {
    #expect(read("\u{FEFF}{\"a\":1}") == .object(["a": .integer(1)]))
  }

  @Test(
    arguments: [
      (#""\ud83e""#, "\u{FFFD}"), (#""\udd9c""#, "\u{FFFD}"), (#""\ud83ex""#, "\u{FFFD}x"),
      (#""\ud83e\n""#, "\u{FFFD}\n"), (#""\ud83e\u0041""#, "\u{FFFD}A"),
      (#""\ud83e\ud83e\udd9c""#, "\u{FFFD}🦜"),
    ])
  func `half of a surrogate pair in JSON is parsed as a replacement character`(text: String, value: String) {
    #expect(read(text) == .string(value))
  }

  @Test func `a JSON number of 500,000 digits is parsed or refused without delay`() {
    let digits = String(repeating: "9", count: 500_000)
    #expect(read(digits) == nil)
    #expect(read("0.\(digits)") == .number(1))
    #expect(read("1e\(digits)") == nil)
    #expect(read("1e-\(digits)") == .number(0))
  }

  @Test(
    arguments: [
      .null, .bool(true), .bool(false), .integer(.max), .integer(.min), .number(0.1), .number(-1e300),
      .number(.leastNonzeroMagnitude), .number(1), .string(""),
      .string("größe \"\\/\u{8}\u{C}\n\r\t\0\u{1F}\u{7F}\u{2028} 🦜"),
      .array([]), .array([.null, .array([.integer(1)])]), .object([:]),
      .object(["b": .integer(1), "a": .object(["\"": .string("\\")]), "": .null]),
    ] as [JSONValue])
  func `a JSON value is unchanged after encoding and parsing, and encoded as one line`(value: JSONValue) {
    let bytes = value.encoded
    #expect(JSONValue(parsing: bytes) == value)
    #expect(bytes.allSatisfy { $0 >= 0x20 })
  }

  @Test(arguments: [Double.infinity, -.infinity, .nan])
  func `an infinite number or NaN is encoded in JSON as null`(number: Double) {
    #expect(JSONValue.array([.number(number)]).encoded == Array("[null]".utf8))
  }

  @Test func `the keys of a JSON object are encoded in order`() {
    let value = JSONValue.object(["b": .integer(2), "c": .integer(3), "a": .integer(1)])
    #expect(String(decoding: value.encoded, as: UTF8.self) == #"{"a":1,"b":2,"c":3}"#)
  }

  @Test(
    arguments: [
      (.integer(5), 5), (.number(5), 5), (.number(-2), -2), (.number(5.5), nil), (.number(0x1p63), nil),
      (.number(-0x1p63), .min), (.number(.nan), nil), (.number(.infinity), nil), (.bool(true), nil),
      (.string("5"), nil), (.null, nil), (.array([.integer(5)]), nil),
    ] as [(JSONValue, Int?)])
  func `a whole JSON number is an integer, however it is written`(value: JSONValue, integer: Int?) {
    #expect(value.integer == integer)
  }
}
