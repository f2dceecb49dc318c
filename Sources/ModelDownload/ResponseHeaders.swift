internal import FoundationEssentials
internal import NIOHTTP1
internal import Storage

/// Parses the headers of a response that describe a file.
enum ResponseHeaders {
  /// Returns a file's size and digest from the hub's own responses, latest first. Large files have `X-Linked-Etag` (a
  /// SHA-256) and `X-Linked-Size` on the redirect to the storage; the others have git's own hash as `ETag`.
  ///
  /// - Parameters:
  ///   - headers: The headers of the responses.
  ///   - length: The `Content-Length` of the last response.
  static func identity(hub headers: [HTTPHeaders], length: Int?) -> FileIdentity? {
    func first<Value>(_ name: String, _ read: (String) -> Value?) -> Value? {
      for answer in headers {
        if let text = answer.first(name: name), let value = read(text) { return value }
      }
      return nil
    }
    let digest = first("x-linked-etag", Self.digest) ?? first("etag", Self.digest)
    let linked = first("x-linked-size", Self.size)
    guard let digest, let size = linked ?? length else { return nil }
    return FileIdentity(size: size, digest: digest)
  }

  /// Parses `"HEX"`, which can be marked as weak.
  static func digest(_ etag: String) -> ContentDigest? {
    var text = etag[...]
    if text.hasPrefix("W/") { text = text.dropFirst(2) }
    if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = text.dropFirst().dropLast() }
    return ContentDigest(hex: text)
  }

  static func size(_ text: String?) -> Int? {
    text.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  /// Parses `Retry-After`: seconds, or a date in the form required of servers, "Sun, 06 Nov 1994 08:49:37 GMT"
  /// (RFC 9110, 10.2.3 and 5.6.7); nil for anything else.
  ///
  /// - Parameter now: The time of this machine's clock.
  static func retryAfter(_ text: String, now: Date) -> Duration? {
    if let seconds = size(text) { return .seconds(seconds) }
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(where: { $0 == parts[2] }),
      let date = try? Date(
        "\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z", strategy: .iso8601)
    else { return nil }
    return .seconds(max(0, date.timeIntervalSince(now)))
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Parses `bytes FIRST-LAST/SIZE`; nil for anything else, or for impossible numbers.
  ///
  /// - Returns: The range, and the size of the whole file if the server gives it.
  static func contentRange(_ text: String) -> (range: Range<Int>, size: Int?)? {
    guard text.lowercased().hasPrefix("bytes ") else { return nil }
    let halves = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), 0 <= first, first <= last,
      last < .max
    else { return nil }
    if halves[1] == "*" { return (first..<last + 1, nil) }
    guard let size = Int(halves[1]), last < size else { return nil }
    return (first..<last + 1, size)
  }

  /// Returns true if the response is a web page.
  static func isWebPage(_ headers: HTTPHeaders) -> Bool {
    headers.first(name: "content-type")?.lowercased().hasPrefix("text/html") ?? false
  }
}
