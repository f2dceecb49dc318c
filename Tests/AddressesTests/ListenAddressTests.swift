import SystemPaths
import Testing

@testable import Addresses

@Suite struct `A listen address` {
  @Test(
    arguments: [
      ("tcp://0.0.0.0:10300", .tcp(host: "0.0.0.0", port: 10_300)),
      ("tcp://localhost:0", .tcp(host: "localhost", port: 0)),
      ("TCP://Home.local:65535", .tcp(host: "Home.local", port: 65_535)),
      ("tcp://[::]:10300", .tcp(host: "::", port: 10_300)),
      ("tcp://[fe80::1%eth0]:1", .tcp(host: "fe80::1%eth0", port: 1)),
      ("unix:///run/lorikeet.sock", .unix(path: "/run/lorikeet.sock")),
      ("unix:///a:b/c d", .unix(path: "/a:b/c d")),
      ("stdio://", .stdio),
    ] as [(String, ListenAddress.Endpoint)])
  func `an address is parsed into its endpoint`(text: String, endpoint: ListenAddress.Endpoint) throws {
    #expect(try ListenAddress(parsing: text) == ListenAddress(endpoint))
  }

  @Test(
    arguments: [
      "", "tcp", "tcp:", "tcp://", "tcp://:10300", "tcp://localhost", "tcp://localhost:", "tcp://localhost:x",
      "tcp://localhost:-1", "tcp://localhost:+1", "tcp://localhost:-0", "tcp://localhost:１",
      "tcp://localhost:65536", "tcp://localhost:99999999999999999999",
      "tcp://::1:10300",
      "tcp://[::1]", "tcp://[::1:10300", "tcp://[]:10300", "tcp://::1]:10300", "tcp://localhost:10300/",
      "tcp://a/b:1", "http://localhost:10300", "localhost:10300", ":10300", "10300", "unix://", "unix:///",
      "unix://relative", "unix:/a", "stdio", "stdio://x", "tcp//localhost:1", "\u{301}://a:1", "tcp://a:1:2",
    ])
  func `a text that is not an address is refused with the text`(text: String) {
    let error = #expect(throws: AddressError.self) { try ListenAddress(parsing: text) }
    #expect(error?.text == text)
    #expect(error?.description.contains("\"\(text)\"") == true)
  }

  @Test(
    arguments: [
      ("tcp://a:1?model=tiny", "tiny", nil), ("tcp://a:1?language=en", nil, "en"),
      ("tcp://a:1?language=en&model=tiny", "tiny", "en"),
      ("unix:///a?model=/models/b%20c%26d", "/models/b c&d", nil),
      ("stdio://?language=es", nil, "es"), ("tcp://[::1]:1?model=a=b", "a=b", nil), ("tcp://a:1?", nil, nil),
      ("tcp://a:1?model=a&model=b", "b", nil),
    ] as [(String, String?, String?)])
  func `an address can have its own model and language`(text: String, model: String?, language: String?)
    throws
  {
    let address = try ListenAddress(parsing: text)
    #expect(address.model == model)
    #expect(address.language == language)
  }

  @Test(arguments: ["tcp://a:1?model=/caf%e9", "tcp://a:1?model=/caf\u{10FEE9}"])
  func `an address can name a model by bytes that are not UTF-8`(text: String) throws {
    #expect(try ListenAddress(parsing: text).model?.systemBytes == Array("/caf".utf8) + [0xE9])
  }

  @Test(
    arguments: [
      ("tcp://a:1?model", "\"model\""), ("tcp://a:1?model=", "\"model=\""), ("tcp://a:1?=x", "\"\""),
      ("tcp://a:1?speed=1", "\"speed\""), ("tcp://a:1?model=%zz", "\"model=%zz\""),
      ("tcp://a:1?model=%f", "\"model=%f\""), ("tcp://a:1?model=a%00", "\"model=a%00\""),
      ("tcp://a:1?language=%ff", "\"language=%ff\""),
      ("tcp://a:1?endpointing=maybe", "endpointing is \"maybe\", expected on or off"),
    ])
  func `an address with a wrong parameter is refused with the parameter`(text: String, mention: String) {
    let error = #expect(throws: AddressError.self) { try ListenAddress(parsing: text) }
    #expect(error?.why.contains(mention) == true)
  }

  @Test(arguments: ["tcp://0.0.0.0:10300", "tcp://[::1]:10300", "unix:///run/lorikeet.sock", "stdio://"])
  func `an address is written as the URI that it was parsed from`(text: String) throws {
    #expect(try ListenAddress(parsing: text).description == text)
    #expect(try ListenAddress(parsing: text + "?model=a").description == text)
  }

  @Test(arguments: [
    "tcp://a:1": nil, "tcp://a:1?endpointing=on": true, "tcp://a:1?model=x&endpointing=OFF": false,
  ])
  func `an address can end utterances itself or not`(text: String, endpointing: Bool?) throws {
    #expect(try ListenAddress(parsing: text).endpointing == endpointing)
  }
}
