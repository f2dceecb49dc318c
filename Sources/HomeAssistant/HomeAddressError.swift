/// A fault in an address of Home Assistant.
public struct HomeAddressError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The part of the address that is at fault.
  public enum Reason: Sendable, Equatable {
    case scheme, userInfo, query, host, port, path
  }

  /// The part of the address that is at fault.
  public let reason: Reason
  /// The address as far as it can be shown.
  private let value: String

  private static let longestValue = 120

  init(_ text: String, _ reason: Reason) {
    self.reason = reason
    value = Self.withoutSecrets(text)
  }

  /// Hides what can be a password or a token: all before an `@`, and all of a query.
  private static func withoutSecrets(_ text: String) -> String {
    var shown = text[...]
    var start = ""
    if let at = shown.lastIndex(of: "@") {
      start = "…"
      shown = shown[at...]
    }
    var end = ""
    if let query = shown.firstIndex(where: { "?#".contains($0) }) {
      end = "\(shown[query])…"
      shown = shown[..<query]
    }
    if shown.count > longestValue {
      end = "…"
      shown = shown.prefix(longestValue)
    }
    return start + shown + end
  }

  /// The address, its fault and the expected form.
  public var description: String {
    let fault =
      switch reason {
      case .scheme: "does not begin with http://, https://, ws:// or wss://"
      case .userInfo: "has a user name or a password; Home Assistant expects a token"
      case .query: "has a query"
      case .host: "has no valid host"
      case .port: "has a port that is not between 1 and 65535"
      case .path: "has a character in its path that must be percent-encoded"
      }
    return "the address \"\(value)\" \(fault); expected http://HOST[:PORT][/PATH], or https://"
  }
}
