import FoundationEssentials
import Testing

@testable import ModelDownload

@Suite struct `The hub's settings` {
  private func settings(_ environment: [String: String], isOffline: Bool = false) throws -> HubSettings {
    try HubSettings(environment: environment, isOffline: isOffline)
  }

  @Test func `an empty environment uses the hub itself without token or proxy`() throws {
    let settings = try settings([:])
    #expect(settings.endpoint.absoluteString == "https://huggingface.co")
    #expect(settings.token == nil)
    #expect(settings.proxies == .none)
    #expect(!settings.isOffline)
  }

  @Test func `a mirror, a token, offline mode and a timeout are read from the environment`() throws {
    let settings = try settings([
      "HF_ENDPOINT": "http://mirror:8080/hub/", "HF_TOKEN": " hf_abc\n", "HF_HUB_OFFLINE": "1",
      "HF_HUB_DOWNLOAD_TIMEOUT": "7",
    ])
    #expect(settings.endpoint.absoluteString == "http://mirror:8080/hub")
    #expect(settings.token == "hf_abc")
    #expect(settings.isOffline)
    #expect(settings.stallSeconds == 7)
  }

  @Test(arguments: [
    ["HF_ENDPOINT": "huggingface.co"], ["HF_ENDPOINT": "ftp://a"], ["HF_ENDPOINT": "https://"],
    ["HF_TOKEN": "a b"],
    ["HF_TOKEN": "ä"], ["HF_HUB_DOWNLOAD_TIMEOUT": "0"], ["HTTPS_PROXY": "socks5://a:1"],
    ["HTTP_PROXY": "http://"],
  ])
  func `an invalid variable of the hub is refused by name, without repeating a secret`(
    _ environment: [String: String]
  ) {
    let complaint = #expect(throws: DownloadError.self) { try settings(environment) }
    let (name, value) = environment.first ?? ("", "")
    #expect(complaint?.description.hasPrefix(name) == true)
    #expect(!name.contains("TOKEN") || complaint?.description.contains(value) == false)
  }

  @Test func `proxies are read by scheme and with a login`() throws {
    let proxies = try ProxySettings(environment: [
      "HTTPS_PROXY": "http://me:p%40ss@proxy:3128", "http_proxy": "plain:8080", "HTTP_PROXY": "other:1",
    ])
    #expect(
      proxies.proxy(forHost: "huggingface.co", port: 443, isHTTPS: true)
        == .init(host: "proxy", port: 3128, user: "me", password: "p@ss"))
    #expect(
      proxies.proxy(forHost: "huggingface.co", port: 80, isHTTPS: false) == .init(host: "plain", port: 8080))
  }

  @Test(arguments: [
    ("*", true), ("huggingface.co", true), (".co", true), ("*.co", true), ("co", true),
    ("huggingface.co:443", true),
    ("a, HUGGINGFACE.CO", true), ("gingface.co", false), ("huggingface.co:80", false), ("", false),
  ])
  func `hosts in NO_PROXY are contacted without a proxy`(_ exceptions: String, _ isDirect: Bool) throws {
    let proxies = try ProxySettings(environment: ["HTTPS_PROXY": "proxy", "NO_PROXY": exceptions])
    #expect((proxies.proxy(forHost: "huggingface.co", port: 443, isHTTPS: true) == nil) == isDirect)
  }
}

@Suite struct `The retry policy` {
  @Test func `the pauses between retries double, and end after the last retry`() {
    let policy = RetryPolicy(retries: 4, firstPause: .seconds(1))
    #expect(
      (1...5).map { policy.pause(after: $0) } == [.seconds(1), .seconds(2), .seconds(4), .seconds(8), nil])
  }

  @Test func `a server can request a longer pause up to a limit`() {
    let policy = RetryPolicy(firstPause: .seconds(2), longestPause: .seconds(60))
    #expect(policy.pause(after: 1, asked: .seconds(30)) == .seconds(30))
    #expect(policy.pause(after: 1, asked: .zero) == .seconds(2))
    #expect(policy.pause(after: 1, asked: .seconds(61)) == nil)
  }
}

@Suite struct `A byte count` {
  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (93_939, "93.9 kB"), (999_999, "1.0 MB"),
    (72_520_893, "72.5 MB"), (652_183_999, "652 MB"), (2_435_420_160, "2.44 GB"), (Int.max, "9.22 EB"),
    (Int.min, "-9.22 EB"),
  ])
  func `a byte count is shown with three digits and a unit`(_ bytes: Int, _ text: String) {
    #expect(ByteCount(bytes).description == text)
  }
}
