internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Glibc
internal import ModelStore
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Translates failed requests and unexpected responses into reasons.
enum HubFault {
  /// Translates an error of the HTTP client.
  static func reason(
    _ error: any Error, host: String, proxy: String? = nil, stallSeconds: Int
  ) -> DownloadError.Reason {
    let peer = proxy.map { "\(host) through the proxy \($0)" } ?? host
    if error is CancellationError { return .cancelled }
    let unreachable = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT]
    if error is NIOConnectionError || (error as? IOError).map({ unreachable.contains($0.errnoCode) }) == true
    {
      return .interrupted(
        "cannot connect to \(peer) (check the network, HF_ENDPOINT and the proxy settings)")
    }
    if error is IOError { return .interrupted("\(peer) closed the connection unexpectedly") }
    if let error = error as? HTTPClientError, let known = reason(error, peer, stallSeconds) { return known }
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      return .other(
        "the certificate of \(peer) cannot be trusted; install ca-certificates, or your proxy's certificate"
      )
    }
    return .interrupted("the connection to \(peer) failed: \(shortened(text))")
  }

  private static func reason(
    _ error: HTTPClientError, _ peer: String, _ stallSeconds: Int
  ) -> DownloadError.Reason? {
    switch error {
    case .cancelled: .cancelled
    case .readTimeout: .interrupted("\(peer) sent nothing for \(stallSeconds) s")
    case .connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .getConnectionFromPoolTimeout:
      .interrupted("the connection to \(peer) timed out")
    case .remoteConnectionClosed: .interrupted("\(peer) closed the connection unexpectedly")
    case .invalidProxyResponse:
      .interrupted("the proxy refuses to connect to \(peer) (check the proxy settings)")
    case .proxyAuthenticationRequired: .other(proxyLogin)
    case .invalidURL, .emptyHost, .emptyScheme:
      .other("the address of \(peer) is invalid; check HF_ENDPOINT")
    default: nil
    }
  }

  private static let proxyLogin = "the proxy requires a login; set it as http://USER:PASSWORD@HOST:PORT"

  /// Translates a response that is neither the file nor a part of it.
  static func reason(
    _ answer: Hub.Response, for file: RemoteFile, hasToken: Bool
  ) -> DownloadError.Reason {
    let status = Int(answer.response.status.code)
    switch status {
    case 401, 403:
      return .refused(status: status, hasToken: hasToken)
    case 404, 410:
      let code = answer.response.headers.first(name: "x-error-code").map(shortened)
      guard file.name != nil else {
        return .noRevision(
          status: status, repository: file.model.repository, revision: file.revision, code: code)
      }
      return .notFound(
        status: status, repository: file.model.repository, revision: file.revision, code: code)
    case 407:
      return .other(proxyLogin)
    case 408, 425, 429, 500...599:
      let after = answer.response.headers.first(name: "retry-after")
      return .interrupted(
        "\(answer.host) answers HTTP \(status)",
        retryAfter: after.flatMap { ResponseHeaders.retryAfter($0, now: .now) })
    default:
      return .status(status, host: answer.host)
    }
  }

  /// Shortens another program's text to fit into one line.
  private static func shortened(_ text: String) -> String {
    String(text.prefix(120).map { $0.isNewline ? " " : $0 })
  }
}
