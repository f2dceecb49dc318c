import FoundationEssentials
import Support
import SystemPaths
import Testing

@testable import HomeAssistant

@Suite struct `An access token` {
  @Test(arguments: ["token", " token\n", "\ttoken\r\n", "\u{A0}token "])
  func `white space around a token is left out`(text: String) throws {
    #expect(try AccessToken(text, source: "VARIABLE").secret == "token")
  }

  @Test(arguments: ["", " ", "\n\n"])
  func `a token of white space is refused with its origin`(text: String) {
    let error = #expect(throws: AccessTokenError.self) { try AccessToken(text, source: "VARIABLE") }
    #expect(error == .empty(source: "VARIABLE"))
    #expect(error?.description == "there is no token for Home Assistant in VARIABLE")
  }

  @Test(arguments: ["se\ncret", "se\u{0}cret", "se\u{1B}cret", "se\tcret"])
  func `a token with a control character is refused without being shown`(text: String) {
    let error = #expect(throws: AccessTokenError.self) { try AccessToken(text, source: "VARIABLE") }
    #expect(error == .controlCharacter(source: "VARIABLE"))
    #expect(error?.description.contains("cret") == false)
  }

  @Test func `no description of a token shows it`() throws {
    let token = try AccessToken("secret", source: "VARIABLE")
    var dumped = ""
    dump(token, to: &dumped)
    let connection = HomeConnection(address: try HomeAddress("http://home"), token: token)
    for text in ["\(token)", String(reflecting: token), dumped, "\([token])", "\(connection)"] {
      #expect(!text.contains("secret"))
    }
    #expect("\(token)" == "…")
  }

  @Test func `a token is read from a file`() async throws {
    try await withTemporaryDirectory { folder in
      let path = folder.appending(path: "token").path
      try Files.write(Array("secret\n".utf8), to: path)
      let token = try AccessToken(file: path)
      #expect(token.secret == "secret")
      #expect(token.source == "the file \(path)")
    }
  }

  @Test(arguments: [[], Array("\n".utf8), [0xFF], Array("a\nb".utf8), [UInt8](repeating: 65, count: 1 << 17)])
  func `a file without a token is refused with its path`(content: [UInt8]) async throws {
    try await withTemporaryDirectory { folder in
      let path = folder.appending(path: "token").path
      try Files.write(content, to: path)
      let error = #expect(throws: AccessTokenError.self) { try AccessToken(file: path) }
      #expect(error?.description.contains(path) == true)
    }
  }

  @Test(arguments: ["/nowhere/token", "/"])
  func `a path without a file is refused with its path`(path: String) {
    let error = #expect(throws: AccessTokenError.self) { try AccessToken(file: path) }
    #expect(error?.description.contains(path) == true)
  }
}
