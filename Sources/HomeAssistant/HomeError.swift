public import SocketFaults

/// The reason why the names of a home cannot be read. No text of it contains the token.
public enum HomeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No connection can be made.
  case unreachable(HomeAddress, SocketFault)
  /// The certificate is not signed by an authority that this machine trusts, or has expired.
  case untrustedCertificate(HomeAddress)
  /// The certificate is for another host.
  case certificateOfAnotherHost(HomeAddress)
  /// No TLS connection can be made.
  case noEncryption(HomeAddress)
  /// The path does not lead to a WebSocket.
  ///
  /// - Parameter status: The HTTP status; `nil` if the answer is not HTTP or does not complete the upgrade.
  case noWebSocket(HomeAddress, status: Int?)
  /// The token was refused.
  ///
  /// - Parameter source: The token's origin, see ``AccessToken/source``.
  case refusedToken(source: String)
  /// A command was refused with this code.
  case refused(command: String, code: String)
  /// Something did not arrive in time.
  case timedOut(String, seconds: Int64)
  /// Nothing arrived for a time, not even answers to pings.
  case silent(seconds: Int64)
  /// The connection was closed.
  case closed
  /// A message does not have the expected form.
  case notUnderstood(String)
  /// A message is larger than the limit.
  case tooLarge(bytes: Int)
  /// The caller has cancelled the operation.
  case cancelled

  /// The reason in one line.
  public var description: String {
    switch self {
    case .unreachable(let address, let fault):
      "cannot reach Home Assistant at \(address.authority): \(fault)"
    case .untrustedCertificate(let address):
      "the certificate of \(address.authority) is not trusted; add that of its authority to this machine's"
    case .certificateOfAnotherHost(let address):
      "the certificate of \(address.authority) is for another host"
    case .noEncryption(let address):
      "no TLS connection can be made to \(address.authority); is it http instead of https?"
    case .noWebSocket(let address, let status?):
      "no WebSocket at \(address.endpoint): the answer has the status \(status), expected 101"
    case .noWebSocket(let address, nil):
      "no WebSocket at \(address.endpoint)" + (address.isEncrypted ? "" : "; is it https instead of http?")
    case .refusedToken(let source):
      "Home Assistant has refused the token from \(source)"
    case .refused(let command, let code):
      "Home Assistant has refused the command \(command): \(code)"
    case .timedOut(let awaited, let seconds):
      "Home Assistant has not sent \(awaited) within \(seconds) s"
    case .silent(let seconds):
      "Home Assistant has sent nothing for \(seconds) s"
    case .closed:
      "Home Assistant has closed the connection"
    case .notUnderstood(let message):
      "Home Assistant has sent \(message) in a form that is not understood"
    case .tooLarge(let bytes):
      "Home Assistant has sent a message of more than \(bytes >> 20) MiB"
    case .cancelled:
      "the connection to Home Assistant was no longer needed"
    }
  }
}
