internal import FoundationEssentials

/// The settings for downloads from the hub.
public struct HubSettings: Sendable {
  /// The address of the hub or a mirror.
  let endpoint: URL
  /// The access token, which is sent only to the endpoint.
  let token: String?
  let proxies: ProxySettings
  /// True if the network is never used.
  public let isOffline: Bool
  /// The time without a byte after which a connection counts as stalled, in seconds.
  let stallSeconds: Int

  static let standardEndpoint = "https://huggingface.co"
  static let standardStallSeconds = 30

  /// Reads the environment: `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`, `HF_HUB_DOWNLOAD_TIMEOUT`, `HTTPS_PROXY`,
  /// `HTTP_PROXY` and `NO_PROXY`, each with its usual meaning.
  ///
  /// - Throws: A ``DownloadError`` whose reason is ``DownloadError/Reason/setting(name:problem:)``.
  public init(environment: [String: String], isOffline: Bool) throws(DownloadError) {
    self.isOffline =
      isOffline || ["1", "on", "yes", "true"].contains(environment["HF_HUB_OFFLINE"]?.lowercased())
    endpoint = try Self.endpoint(environment["HF_ENDPOINT"])
    token = try Self.token(environment["HF_TOKEN"])
    proxies = try ProxySettings(environment: environment)
    stallSeconds = try Self.seconds(environment["HF_HUB_DOWNLOAD_TIMEOUT"])
  }

  private static func endpoint(_ value: String?) throws(DownloadError) -> URL {
    var text = value ?? ""
    while text.hasSuffix("/") { text.removeLast() }
    if text.isEmpty { text = standardEndpoint }
    guard let url = URL(string: text), let scheme = url.scheme,
      ["http", "https"].contains(scheme.lowercased()),
      url.host()?.isEmpty == false, url.query() == nil
    else {
      throw DownloadError(
        setting: "HF_ENDPOINT",
        problem: "is '\(text)', expected the address of the hub or a mirror: https://HOST")
    }
    return url
  }

  private static func token(_ value: String?) throws(DownloadError) -> String? {
    let token = value?.drop(while: \.isWhitespace).trimmingSuffix(while: \.isWhitespace) ?? ""
    guard !token.isEmpty else { return nil }
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw DownloadError(setting: "HF_TOKEN", problem: "has characters that a token cannot have")
    }
    return String(token)
  }

  private static func seconds(_ value: String?) throws(DownloadError) -> Int {
    guard let value, !value.isEmpty else { return standardStallSeconds }
    guard let seconds = Int(value), (1...3600).contains(seconds) else {
      throw DownloadError(
        setting: "HF_HUB_DOWNLOAD_TIMEOUT", problem: "is '\(value)', expected 1 to 3600 seconds")
    }
    return seconds
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
    var text = self
    while let last = text.last, isTrimmed(last) { text.removeLast() }
    return text
  }
}
