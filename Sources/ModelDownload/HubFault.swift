internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// What failed requests and unwelcome answers mean.
enum HubFault {
  /// An error of the HTTP client.
  static func failure(
    _ error: any Error, host: String, proxy: String? = nil, stallSeconds: Int
  ) -> RequestFailure {
    let peer = proxy.map { "\(host) through the proxy \($0)" } ?? host
    if error is CancellationError { return .lasting(.cancelled) }
    let unreachable = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT]
    if error is NIOConnectionError || (error as? IOError).map({ unreachable.contains($0.errnoCode) }) == true
    {
      return .passing("cannot connect to \(peer) (check the network, HF_ENDPOINT and the proxy settings)")
    }
    if error is IOError { return .passing("\(peer) broke off the connection") }
    if let error = error as? HTTPClientError, let known = failure(error, peer, stallSeconds) { return known }
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      return .lasting(
        .other(
          "the certificate of \(peer) cannot be trusted; install ca-certificates, or your proxy's certificate"
        ))
    }
    return .passing("the connection to \(peer) failed: \(shortened(text))")
  }

  private static func failure(_ error: HTTPClientError, _ peer: String, _ stallSeconds: Int)
    -> RequestFailure?
  {
    switch error {
    case .cancelled: .lasting(.cancelled)
    case .readTimeout: .passing("\(peer) sent nothing for \(stallSeconds) s")
    case .connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .getConnectionFromPoolTimeout:
      .passing("no connection to \(peer) in time")
    case .remoteConnectionClosed: .passing("\(peer) broke off the connection")
    case .invalidProxyResponse: .passing("no way to \(peer): the proxy refuses (check the proxy settings)")
    case .proxyAuthenticationRequired: .lasting(.other(proxyLogin))
    case .invalidURL, .emptyHost, .emptyScheme:
      .lasting(.other("the address of \(peer) makes no sense; check HF_ENDPOINT"))
    default: nil
    }
  }

  private static let proxyLogin = "the proxy asks for a login; write it as http://USER:PASSWORD@HOST:PORT"

  /// An answer that is neither the file nor a part of it.
  static func failure(
    _ answer: Hub.Response, repository: String, revision: String, hasToken: Bool
  ) -> RequestFailure {
    let status = Int(answer.response.status.code)
    switch status {
    case 401, 403:
      return .lasting(.refused(status: status, hasToken: hasToken))
    case 404, 410:
      let code = answer.response.headers.first(name: "x-error-code")
      return .lasting(
        .notFound(
          status: status, repository: repository, revision: revision, code: code.map(shortened)))
    case 407:
      return .lasting(.other(proxyLogin))
    case 408, 425, 429, 500...599:
      let after = answer.response.headers.first(name: "retry-after")
      return .passing(
        "\(answer.host) answers HTTP \(status)",
        retryAfter: after.flatMap { ResponseHeaders.retryAfter($0, now: .now) })
    default:
      return .lasting(.status(status, host: answer.host))
    }
  }

  /// What others wrote, fit for a line of ours.
  private static func shortened(_ text: String) -> String {
    String(text.prefix(120).map { $0.isNewline ? " " : $0 })
  }
}
