internal import FoundationEssentials

/// The proxies from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, with curl's meaning; lower-case names take precedence.
struct ProxySettings: Sendable, Equatable {
  struct Proxy: Sendable, Hashable {
    var host: String
    var port: Int
    /// The user name and password, if the address has them.
    var user: String?
    var password: String?
  }

  var https: Proxy?
  var http: Proxy?
  /// The hosts that are contacted without a proxy, without leading dots; `*` is all.
  var exceptions: [String] = []

  static let none = ProxySettings()

  init() {}

  init(environment: [String: String]) throws(DownloadError) {
    https = try Self.proxy("HTTPS_PROXY", environment)
    http = try Self.proxy("HTTP_PROXY", environment)
    let listed = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
    exceptions = listed.split { $0 == "," || $0 == " " }.map { entry in
      let host = entry.lowercased()
      return String(host.hasPrefix("*.") ? host.dropFirst(2) : host.drop { $0 == "." })
    }
  }

  /// Returns the proxy for a request; nil if the host is contacted directly.
  func proxy(forHost host: String, port: Int, isHTTPS: Bool) -> Proxy? {
    guard let proxy = isHTTPS ? https : http else { return nil }
    let host = host.lowercased()
    let isExcepted = exceptions.contains { exception in
      exception == "*" || host == exception || host.hasSuffix(".\(exception)")
        || "\(host):\(port)" == exception
    }
    return isExcepted ? nil : proxy
  }

  private static func proxy(
    _ name: String, _ environment: [String: String]
  ) throws(DownloadError) -> Proxy? {
    guard let value = environment[name.lowercased()] ?? environment[name], !value.isEmpty else { return nil }
    let address = value.contains("://") ? value : "http://\(value)"
    guard let url = URL(string: address), url.scheme?.lowercased() == "http", let host = url.host(),
      !host.isEmpty
    else {
      // The value is not repeated, since it can contain a password.
      throw DownloadError(
        setting: name, problem: "is not the address of an HTTP proxy, expected http://HOST:PORT")
    }
    return Proxy(
      host: host, port: url.port ?? 80, user: url.user(percentEncoded: false),
      password: url.password(percentEncoded: false))
  }
}
