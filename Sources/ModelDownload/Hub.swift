internal import AsyncHTTPClient
internal import FoundationEssentials
internal import ModelStore
internal import NIOCore
internal import NIOHTTP1

/// The hub's client. It follows redirects itself, because the hub's facts about a file (`X-Linked-Etag`) are in the
/// redirect and not in the response of the storage that it leads to.
struct Hub: Sendable {
  let settings: HubSettings
  private let direct: HTTPClient
  /// A client for each proxy.
  private let proxied: [ProxySettings.Proxy: HTTPClient]

  private static let redirectLimit = 10
  private static let connectSeconds: Int64 = 15

  /// Runs work with a hub and closes its connections afterwards.
  static func with<Value>(
    _ settings: HubSettings, _ work: (Hub) async throws(DownloadError) -> Value
  ) async throws(DownloadError) -> Value {
    let hub = Hub(settings)
    let result: Result<Value, DownloadError>
    do throws(DownloadError) {
      result = .success(try await work(hub))
    } catch {
      result = .failure(error)
    }
    for client in [hub.direct] + hub.proxied.values { try? await client.shutdown() }
    return try result.get()
  }

  private init(_ settings: HubSettings) {
    self.settings = settings
    direct = Self.client(settings, through: nil)
    let proxies = Set([settings.proxies.http, settings.proxies.https].compactMap { $0 })
    proxied = Dictionary(uniqueKeysWithValues: proxies.map { ($0, Self.client(settings, through: $0)) })
  }

  private static func client(_ settings: HubSettings, through proxy: ProxySettings.Proxy?) -> HTTPClient {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(
        connect: .seconds(min(connectSeconds, Int64(settings.stallSeconds))),
        read: .seconds(Int64(settings.stallSeconds))))
    // One connection for each request in flight, so that requests do not share one flow-control window.
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.proxy = proxy.map { proxy in
      let login = proxy.user.map { user in
        HTTPClient.Authorization.basic(username: user, password: proxy.password ?? "")
      }
      return .server(host: proxy.host, port: proxy.port, authorization: login)
    }
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// A response at the end of a chain of redirects, with the hub's own headers along the way.
  struct Response: Sendable {
    let response: HTTPClientResponse
    let host: String
    /// The headers of the hub's own responses, latest first.
    let hubHeaders: [HTTPHeaders]
  }

  /// Sends a request for a file and follows redirects.
  ///
  /// - Parameters:
  ///   - range: The requested bytes; nil for the whole file.
  ///   - isEnough: Returns true if the headers of the hub's redirect suffice, so that it need not be followed.
  /// - Throws: An error about the file if no response arrives, or the redirects are invalid.
  func send(
    _ method: HTTPMethod, _ file: RemoteFile, range: Range<Int>? = nil,
    isEnough: (HTTPHeaders) -> Bool = { _ in false }
  ) async throws(DownloadError) -> Response {
    let address = "\(settings.endpoint.absoluteString)/\(file.address)"
    guard var url = URL(string: address) else {
      throw file.failure(.other("its address \(address) is invalid; check HF_ENDPOINT"))
    }
    var hubHeaders: [HTTPHeaders] = []
    for _ in 0...Self.redirectLimit {
      let host = url.host() ?? "the server"
      let response = try await sendOnce(method, url, for: file, range: range)
      if isHub(url) { hubHeaders.insert(response.headers, at: 0) }
      let isRedirect = [301, 302, 303, 307, 308].contains(response.status.code)
      guard isRedirect, !(isHub(url) && isEnough(response.headers)) else {
        return Response(response: response, host: host, hubHeaders: hubHeaders)
      }
      guard let location = response.headers.first(name: "location"),
        let next = URL(string: location, relativeTo: url)?.absoluteURL, next.host()?.isEmpty == false
      else {
        throw file.failure(.other("\(host) redirects to nowhere; check HF_ENDPOINT and the proxy settings"))
      }
      guard next.scheme == "https" || (next.scheme == "http" && url.scheme == "http") else {
        throw file.failure(
          .other("\(host) redirects from https to \(next.scheme ?? "nothing"), which is not followed"))
      }
      url = next
    }
    throw file.failure(
      .other("more than \(Self.redirectLimit) redirects; check HF_ENDPOINT and the proxy settings"))
  }

  private func sendOnce(
    _ method: HTTPMethod, _ url: URL, for file: RemoteFile, range: Range<Int>?
  ) async throws(DownloadError) -> HTTPClientResponse {
    var request = HTTPClientRequest(url: url.absoluteString)
    request.method = method
    request.headers.add(name: "user-agent", value: "lorikeet")
    // No compression: lengths and ranges would refer to the compressed bytes.
    request.headers.add(name: "accept-encoding", value: "identity")
    if let range {
      request.headers.add(name: "range", value: "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
    }
    if let token = settings.token, isHub(url) {
      request.headers.add(name: "authorization", value: "Bearer \(token)")
    }
    let isHTTPS = url.scheme == "https"
    let proxy = settings.proxies.proxy(
      forHost: url.host() ?? "", port: url.port ?? (isHTTPS ? 443 : 80), isHTTPS: isHTTPS)
    let client = proxy.flatMap { proxied[$0] } ?? direct
    do {
      // No overall timeout: a slow connection is no reason to give up. The client detects a stall.
      return try await client.execute(request, deadline: .distantFuture)
    } catch {
      throw file.failure(
        HubFault.reason(
          error, host: url.host() ?? "the server", proxy: proxy?.host, stallSeconds: settings.stallSeconds))
    }
  }

  /// Returns the error for a response that is neither the file nor a part of it.
  func failure(_ answer: Response, for file: RemoteFile) -> DownloadError {
    file.failure(HubFault.reason(answer, for: file, hasToken: settings.token != nil))
  }

  /// Returns true for the hub's own addresses: only they get the token, and only their headers are trusted.
  private func isHub(_ url: URL) -> Bool {
    url.scheme == settings.endpoint.scheme && url.host() == settings.endpoint.host()
      && url.port == settings.endpoint.port
  }
}
