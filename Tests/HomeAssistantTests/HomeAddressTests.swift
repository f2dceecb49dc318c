import Testing

@testable import HomeAssistant

@Suite struct `An address of Home Assistant` {
  @Test(
    arguments: [
      ("http://homeassistant.local:8123", "http://homeassistant.local:8123/api/websocket"),
      ("http://homeassistant.local", "http://homeassistant.local:80/api/websocket"),
      ("https://home.example", "https://home.example:443/api/websocket"),
      ("ws://10.0.0.2:8123/", "http://10.0.0.2:8123/api/websocket"),
      ("wss://home.example/prefix//", "https://home.example:443/prefix/api/websocket"),
      ("HTTP://Home:1", "http://Home:1/api/websocket"),
      ("ws://supervisor/core/websocket", "http://supervisor:80/core/websocket"),
      ("ws://supervisor/core/websocket/", "http://supervisor:80/core/websocket"),
      ("http://a_b:65535/api/websocket", "http://a_b:65535/api/websocket"),
      ("http://home/mywebsocket", "http://home:80/mywebsocket/api/websocket"),
      ("http://[fe80::1]:8123", "http://[fe80::1]:8123/api/websocket"),
      ("https://[::1]", "https://[::1]:443/api/websocket"),
      ("http://home/a%20b", "http://home:80/a%20b/api/websocket"),
    ])
  func `an address leads to the path of the WebSocket`(text: String, endpoint: String) throws {
    let address = try HomeAddress(text)
    #expect(address.endpoint == endpoint)
    #expect(address.description == text)
  }

  @Test(
    arguments: [
      ("http://home", "home"), ("http://home:80", "home"), ("https://home:80", "home:80"),
      ("https://home:443", "home"), ("http://home:8123", "home:8123"), ("http://[::1]:8123", "[::1]:8123"),
    ])
  func `the Host header has the port only if it is not the usual one`(text: String, header: String) throws {
    #expect(try HomeAddress(text).hostHeader == header)
  }

  @Test(
    arguments: [
      ("http://10.0.0.2", true), ("http://[::1]", true), ("http://localhost", false),
      ("http://10.example", false),
    ])
  func `an IP address is told from a host name`(text: String, isIPAddress: Bool) throws {
    #expect(try HomeAddress(text).isIPAddress == isIPAddress)
  }

  @Test(
    arguments: [
      ("", .scheme), ("home", .scheme), ("home:8123", .scheme), ("ftp://home", .scheme), ("://home", .scheme),
      ("http:/home", .scheme), (" http://home", .scheme), ("http//home", .scheme),
      ("http://", .host), ("http:///path", .host), ("http://:8123", .host), ("http://a b", .host),
      ("http://::1", .host), ("http://fe80::1", .port), ("http://[::1", .host), ("http://[::1]8123", .host),
      ("http://[10.0.0.2]", .host),
      ("http://[]", .host), ("http://häuschen", .host), ("http://home\n", .host), ("http://ho\\me", .host),
      ("http://" + String(repeating: "a", count: 254), .host),
      ("http://home:", .port), ("http://home:0", .port), ("http://home:65536", .port),
      ("http://home:+1", .port),
      ("http://home:８", .port), ("http://home:99999999999999999999", .port), ("http://home:1:2", .port),
      ("http://home/a b", .path), ("http://home/\u{E9}", .path), ("http://home/\r\nX: y", .path),
      ("http://home?x", .query), ("http://home/#x", .query),
      ("http://user@home", .userInfo), ("http://user:password@home", .userInfo),
    ] as [(String, HomeAddressError.Reason)])
  func `an address of another form is refused with its fault`(text: String, reason: HomeAddressError.Reason) {
    #expect { try HomeAddress(text) } throws: { ($0 as? HomeAddressError)?.reason == reason }
  }

  @Test(
    arguments: [
      "http://user:secret@home", "http://user:se/secret@home", "http://user:?secret@home", "secret@home",
      "http://home/?token=secret", "http://home/#secret", "ftp://u:secret@home",
      "http://u:secret@h@home/?secret",
    ])
  func `the error about an address does not show what can be a secret`(text: String) throws {
    let error = #expect(throws: HomeAddressError.self) { try HomeAddress(text) }
    let description = try #require(error?.description)
    #expect(!description.contains("secret"))
    #expect(description.contains("home"))
  }

  @Test func `the error about an address names it and the expected form`() {
    let error = #expect(throws: HomeAddressError.self) { try HomeAddress("http://home:x") }
    #expect(
      error?.description
        == "the address \"http://home:x\" has a port that is not between 1 and 65535; "
        + "expected http://HOST[:PORT][/PATH], or https://")
  }
}
