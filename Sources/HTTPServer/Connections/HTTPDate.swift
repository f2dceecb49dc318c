internal import Glibc

/// Times in the headers of answers (RFC 9110, section 5.6.7).
enum HTTPDate {
  /// Returns a time as text: "Sun, 29 Nov 2026 07:03:13 GMT".
  ///
  /// - Parameter seconds: The time in seconds since 1970.
  static func text(of seconds: time_t) -> String {
    var (seconds, parts) = (seconds, tm())
    gmtime_r(&seconds, &parts)
    let length = 29
    return String(unsafeUninitializedCapacity: length + 1) { buffer in
      buffer.withMemoryRebound(to: CChar.self) {
        strftime($0.baseAddress, length + 1, "%a, %d %b %Y %H:%M:%S GMT", &parts)
      }
    }
  }
}
