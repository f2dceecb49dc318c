/// The web pages that may use the server from a browser.
///
/// A browser sends the origin of a page with requests to other origins. Programs that are no browsers send none.
public struct Origins: Sendable, Equatable {
  private let allowed: [String]

  /// Creates a list of origins: `https://chat.example`, or `*` for all.
  public init(_ allowed: [String] = []) {
    self.allowed = allowed.map { $0.lowercased() }
  }

  /// True if pages of other origins than the server's own may use it.
  var isEmpty: Bool { allowed.isEmpty }

  /// True if a page may use the server.
  ///
  /// - Parameters:
  ///   - origin: The page's origin; `nil` if the client is no browser, or the page is the server's own.
  ///   - host: The server's name in the request.
  func allow(_ origin: String?, host: String?) -> Bool {
    guard let origin = origin?.lowercased() else { return true }
    if allowed.contains("*") || allowed.contains(origin) { return true }
    guard let host = host?.lowercased(), !host.isEmpty else { return false }
    return origin == "http://\(host)" || origin == "https://\(host)"
  }
}
