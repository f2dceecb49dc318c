internal import NIOCore

/// The address of Home Assistant's WebSocket API, such as `http://homeassistant.local:8123`.
public struct HomeAddress: Sendable, Equatable, CustomStringConvertible {
  /// The address as it was given. It contains no secrets: user names, passwords and queries are refused.
  public let description: String

  /// True if the connection uses TLS.
  let isEncrypted: Bool
  /// The host name or IP address, without brackets.
  let host: String
  /// The port; without one in the address, the scheme's own.
  let port: Int
  /// The path of the WebSocket API.
  let path: String

  private static let schemes = ["http": false, "ws": false, "https": true, "wss": true]
  private static let longestHost = 253

  /// Parses an address: `SCHEME://HOST[:PORT][/PATH]`, where the scheme is `http`, `https`, `ws` or `wss`.
  ///
  /// `/api/websocket` is added to the path unless it ends in `/websocket`.
  ///
  /// - Throws: An error that names the address, without its secrets, and the expected form.
  public init(_ text: String) throws(HomeAddressError) {
    func error(_ reason: HomeAddressError.Reason) -> HomeAddressError { HomeAddressError(text, reason) }

    guard let mark = text.firstRange(of: "://"),
      let isEncrypted = Self.schemes[text[..<mark.lowerBound].lowercased()]
    else { throw error(.scheme) }
    guard !text.contains("@") else { throw error(.userInfo) }
    guard !text.contains(where: { "?#".contains($0) }) else { throw error(.query) }
    let rest = text[mark.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    guard let (host, port) = Self.split(authority), let host = Self.checked(host) else { throw error(.host) }
    var path = rest[authority.endIndex...]
    guard path.unicodeScalars.allSatisfy({ ("!"..."~").contains($0) }) else { throw error(.path) }
    while path.last == "/" { path.removeLast() }

    description = text
    self.isEncrypted = isEncrypted
    self.host = host
    if let port {
      guard port.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(port),
        (1...65_535).contains(number)
      else { throw error(.port) }
      self.port = number
    } else {
      self.port = Self.port(isEncrypted)
    }
    self.path = path.hasSuffix("/websocket") ? String(path) : path + "/api/websocket"
  }

  private static func port(_ isEncrypted: Bool) -> Int { isEncrypted ? 443 : 80 }

  /// Splits `HOST:PORT`, where an IPv6 address has brackets.
  private static func split(_ authority: Substring) -> (host: Substring, port: Substring?)? {
    let afterHost =
      authority.first == "["
      ? authority.firstIndex(of: "]").map(authority.index(after:))
      : authority.firstIndex(of: ":") ?? authority.endIndex
    guard let afterHost else { return nil }
    if afterHost == authority.endIndex { return (authority, nil) }
    guard authority[afterHost] == ":" else { return nil }
    return (authority[..<afterHost], authority[authority.index(after: afterHost)...])
  }

  /// Returns a host without its brackets; `nil` if it is none.
  private static func checked(_ host: Substring) -> String? {
    if host.first == "[" {
      let address = String(host.dropFirst().dropLast())
      guard case .v6? = try? SocketAddress(ipAddress: address, port: 0) else { return nil }
      return address
    }
    let isValid = host.allSatisfy { character in
      character.isASCII && (character.isLetter || character.isNumber || "-._".contains(character))
    }
    return isValid && (1...longestHost).contains(host.count) ? String(host) : nil
  }

  /// True if the host is an IP address rather than a name.
  var isIPAddress: Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }

  private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

  /// The host and the port.
  var authority: String { "\(bracketedHost):\(port)" }

  /// The content of the header `Host`, which leaves out the scheme's own port.
  var hostHeader: String { port == Self.port(isEncrypted) ? bracketedHost : authority }

  /// The address with its whole path.
  var endpoint: String { "\(isEncrypted ? "https" : "http")://\(authority)\(path)" }
}
