import FoundationEssentials
import Testing

@testable import ModelDownload

@Suite struct `Settings of the environment` {
  private func settings(_ environment: [String: String], isOffline: Bool = false) throws -> HubSettings {
    try HubSettings(environment: environment, isOffline: isOffline)
  }

  @Test func `an empty environment asks the hub itself`() throws {
    let settings = try settings([:])
    #expect(settings.endpoint.absoluteString == "https://huggingface.co")
    #expect(settings.token == nil)
    #expect(settings.proxies == .none)
    #expect(!settings.isOffline)
  }

  @Test func `a mirror, a token, and being offline`() throws {
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
  func `what makes no sense is refused by name, and never repeated if it is secret`(
    _ environment: [String: String]
  ) {
    let complaint = #expect(throws: DownloadError.Setting.self) { try settings(environment) }
    let (name, value) = environment.first ?? ("", "")
    #expect(complaint?.description.hasPrefix(name) == true)
    #expect(!name.contains("TOKEN") || complaint?.description.contains(value) == false)
  }

  @Test func `proxies, by scheme and with a login`() throws {
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
  func `hosts that need no proxy`(_ exceptions: String, _ isDirect: Bool) throws {
    let proxies = try ProxySettings(environment: ["HTTPS_PROXY": "proxy", "NO_PROXY": exceptions])
    #expect((proxies.proxy(forHost: "huggingface.co", port: 443, isHTTPS: true) == nil) == isDirect)
  }
}

@Suite struct `Trying again` {
  @Test func `pauses double, and end`() {
    let policy = RetryPolicy(retries: 4, firstPause: .seconds(1))
    #expect(
      (1...5).map { policy.pause(after: $0) } == [.seconds(1), .seconds(2), .seconds(4), .seconds(8), nil])
  }

  @Test func `a server may ask for a longer pause, but not for any`() {
    let policy = RetryPolicy(firstPause: .seconds(2), longestPause: .seconds(60))
    #expect(policy.pause(after: 1, asked: .seconds(30)) == .seconds(30))
    #expect(policy.pause(after: 1, asked: .zero) == .seconds(2))
    #expect(policy.pause(after: 1, asked: .seconds(61)) == nil)
  }
}

@Suite struct `Bytes for people` {
  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (93_939, "93.9 kB"), (999_999, "1.0 MB"),
    (72_520_893, "72.5 MB"), (652_183_999, "652 MB"), (2_435_420_160, "2.44 GB"), (Int.max, "9.22 EB"),
    (Int.min, "-9.22 EB"),
  ])
  func `three digits and a unit`(_ bytes: Int, _ text: String) {
    #expect(ByteCount(bytes).description == text)
  }
}
