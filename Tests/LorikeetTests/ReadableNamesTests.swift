import FoundationEssentials
import SystemPaths
import Testing

@testable import lorikeet

/// "caf\xE9", as Latin-1 writes it.
private let latin = String(systemBytes: [0x63, 0x61, 0x66, 0xE9])

@Suite struct `A name that is not UTF-8` {
  @Test func `is valid and readable in JSON`() throws {
    let line = JSONLine.of(["file": "/\(latin).wav"])
    #expect(line == #"{"file":"/caf\\xE9.wav"}"#)
    let read = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    #expect(read == ["file": #"/caf\xE9.wav"#])
  }

  @Test func `is readable in a message of one line`() {
    #expect("\(latin)\n.wav".inOneLine == #"caf\xE9 .wav"#)
  }

  @Test(
    arguments: [
      ("/a/b c", "'/a/b c'"), ("it's", #"'it'\''s'"#), ("a'\u{301}", "'a'\\''\u{301}'"),
      (latin, #"$'caf\xE9'"#),
      ("it's \\ \(latin)", #"$'it\'s \\ caf\xE9'"#),
    ])
  func `is a word that a shell takes for it`(name: String, word: String) {
    #expect(name.shellWord == word)
  }
}
