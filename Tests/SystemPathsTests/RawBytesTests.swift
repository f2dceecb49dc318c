import FoundationEssentials
import Support
import SystemPaths
import Testing

/// Byte strings that are not UTF-8, or almost not.
private let awkward: [[UInt8]] = [
  [], [0x61], Array("café/日本🦜".utf8), [0x63, 0x61, 0x66, 0xE9], [0xE9], [0xFF], [0x80, 0x80],
  // Halves of characters, at the end and before others.
  [0xC3], [0xE6, 0x97], [0xF0, 0x9F, 0xA6], [0xE6, 0x97, 0x61], [0xF0, 0x9F, 0x2F, 0x9C],
  // Overlong, a surrogate, beyond the last character.
  [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
  [0xF8, 0x88, 0x80, 0x80, 0x80],
  // The placeholders themselves: the first, the last, half of one, and their neighbours.
  Array("\u{10FE80}".utf8), Array("a\u{10FEFF}b\u{10FEE9}".utf8), [0xF4, 0x8F, 0xBA],
  Array("\u{10FE7F}\u{10FF00}".utf8),
  Array("\u{10FEE9}".utf8) + [0xE9],
  // Accents that join the character before them, decomposed letters, a byte order mark.
  Array("/\u{301}x".utf8), Array("cafe\u{301}".utf8), Array("\u{FEFF}a".utf8),
]

@Suite struct `Bytes that need not be UTF-8` {
  @Test(arguments: awkward) func `system bytes are unchanged after conversion to text and back`(
    bytes: [UInt8]
  ) {
    let text = String(systemBytes: bytes)
    #expect(text.systemBytes == bytes)
    #expect(text.withSystemCString { String(systemCString: $0) } == text)
    let given = text.withSystemCString { pointer in (0..<bytes.count).map { UInt8(bitPattern: pointer[$0]) } }
    #expect(given == bytes)
    // Pieces put together are equal, wherever they are cut.
    for cut in 0...bytes.count {
      let pieces = String(systemBytes: bytes[..<cut]) + String(systemBytes: bytes[cut...])
      #expect(pieces.systemBytes == bytes)
    }
  }

  @Test func `random system bytes are unchanged after conversion to text and back`() {
    var generator = SeededGenerator(seed: 1)
    // Bytes of characters and placeholders occur together more often than by chance.
    let usual: [UInt8] = [0x2F, 0x61, 0x80, 0xBA, 0xBB, 0xBF, 0xC3, 0xE9, 0xED, 0xF4, 0x8F, 0xFF]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        usual.randomElement(using: &generator) ?? UInt8.random(in: 1...255, using: &generator)
      }
      #expect(String(systemBytes: bytes).systemBytes == bytes, "\(bytes)")
    }
  }

  @Test func `different system bytes are different texts`() {
    let texts = Set(awkward.map { Array(String(systemBytes: $0).utf8) })
    #expect(texts.count == awkward.count)
  }

  @Test func `system bytes as text are unchanged in JSON`() throws {
    let texts = awkward.map { String(systemBytes: $0) }
    let read = try JSONDecoder().decode([String].self, from: JSONEncoder().encode(texts))
    #expect(read.map(\.systemBytes) == awkward)
  }

  @Test(
    arguments: [
      ("caf\u{10FEE9}.wav", #"caf\xE9.wav"#, #"caf\\xE9.wav"#),
      ("\u{10FE80}\u{10FEFF}", #"\x80\xFF"#, #"\\x80\\xFF"#),
      ("café \\ 🦜", "café \\ 🦜", "café \\ 🦜"), ("", "", ""),
    ])
  func `raw bytes in text are shown as escapes`(text: String, readable: String, inJSON: String) {
    #expect(text.readable == readable)
    #expect(text.readableJSON == inJSON)
    #expect(text.holdsRawBytes == (text != readable))
  }

  @Test func `UTF-8 as system bytes is unchanged text`() {
    let text = "recordings/Grüße \u{1F99C} e\u{301}.wav"
    #expect(String(systemBytes: Array(text.utf8)).unicodeScalars.elementsEqual(text.unicodeScalars))
    #expect(text.systemBytes == Array(text.utf8))
  }
}

@Suite struct `A process's arguments and environment` {
  @Test func `arguments and environment in UTF-8 equal those of Swift`() {
    #expect(SystemProcess.arguments == CommandLine.arguments)
    let environment = ProcessInfo.processInfo.environment
    #expect(SystemProcess.environment["PATH"] == environment["PATH"])
    #expect(SystemProcess.environment.keys.count == environment.keys.count)
  }
}
