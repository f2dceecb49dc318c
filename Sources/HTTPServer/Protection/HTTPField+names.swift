internal import HTTPTypes

// Header fields that the library does not name.
extension HTTPField.Name {
  /// Tells nginx not to collect a stream of events.
  static let accelBuffering = known("X-Accel-Buffering")
  /// The name under which a client of a proxy sees the server.
  static let forwardedHost = known("X-Forwarded-Host")
  /// The beta's form of the realtime API.
  static let openAIBeta = known("OpenAI-Beta")
  static let referrerPolicy = known("Referrer-Policy")
  static let webSocketProtocol = known("Sec-WebSocket-Protocol")

  private static func known(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) names no header field") }
    return field
  }
}
