internal import FoundationEssentials

/// `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, understood as curl does; lower-case names win.
struct ProxySettings: Sendable, Equatable {
  struct Proxy: Sendable, Hashable {
    var host: String
    var port: Int
    /// User name and password, if the address has them.
    var user: String?
    var password: String?
  }

  var https: Proxy?
  var http: Proxy?
  /// Hosts that are asked directly, without leading dots; `*` is all.
  var exceptions: [String] = []

  static let none = ProxySettings()

  init() {}

  init(environment: [String: String]) throws(DownloadError.Setting) {
    https = try Self.proxy("HTTPS_PROXY", environment)
    http = try Self.proxy("HTTP_PROXY", environment)
    let listed = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
    exceptions = listed.split { $0 == "," || $0 == " " }.map { entry in
      let host = entry.lowercased()
      return String(host.hasPrefix("*.") ? host.dropFirst(2) : host.drop { $0 == "." })
    }
  }

  /// The proxy for a request; nil if the host is asked directly.
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
  ) throws(DownloadError.Setting) -> Proxy? {
    guard let value = environment[name.lowercased()] ?? environment[name], !value.isEmpty else { return nil }
    let address = value.contains("://") ? value : "http://\(value)"
    guard let url = URL(string: address), url.scheme?.lowercased() == "http", let host = url.host(),
      !host.isEmpty
    else {
      // The value is not repeated: it may hold a password.
      throw DownloadError.Setting(
        name: name, problem: "is not the address of an HTTP proxy, expected http://HOST:PORT")
    }
    return Proxy(
      host: host, port: url.port ?? 80, user: url.user(percentEncoded: false),
      password: url.password(percentEncoded: false))
  }
}
