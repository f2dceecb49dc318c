import FoundationEssentials
import SystemPaths
import Testing

@testable import lorikeet

/// "caf\xE9", which is "café" in Latin-1.
private let latin = String(systemBytes: [0x63, 0x61, 0x66, 0xE9])

@Suite struct `A name that is not UTF-8` {
  @Test func `a name that is not UTF-8 is valid and readable in JSON`() throws {
    let line = JSONLine.of(["file": "/\(latin).wav"])
    #expect(line == #"{"file":"/caf\\xE9.wav"}"#)
    let read = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    #expect(read == ["file": #"/caf\xE9.wav"#])
  }

  @Test func `a name that is not UTF-8 is readable in a one-line message`() {
    #expect("\(latin)\n.wav".inOneLine == #"caf\xE9 .wav"#)
  }

  @Test(
    arguments: [
      ("/a/b c", "'/a/b c'"), ("it's", #"'it'\''s'"#), ("a'\u{301}", "'a'\\''\u{301}'"),
      (latin, #"$'caf\xE9'"#),
      ("it's \\ \(latin)", #"$'it\'s \\ caf\xE9'"#),
    ])
  func `a name is quoted as one word of a shell`(name: String, word: String) {
    #expect(name.shellWord == word)
  }
}
