internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// Why a request did not bring what it should.
enum RequestFailure: Error {
  /// Trying again is of no use.
  case lasting(DownloadError.Reason)
  /// It may go better the next time; after the pause that the server asks for.
  case passing(String, retryAfter: Duration? = nil)
  /// The server cannot serve parts of this file.
  case rangesIgnored
}

/// The hub: requests for files, with redirects followed by hand, because what the hub says of a file (`X-Linked-Etag`)
/// stands in the redirect and not in the answer of the storage that it leads to.
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
    // One connection for each request in flight: they share the work, not a window.
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

  /// Where a file of a repository is to be had.
  func address(of file: String, repository: String, revision: String) -> String {
    "\(settings.endpoint.absoluteString)/\(repository)/resolve/\(revision)/\(file)"
  }

  /// An answer that ends a chain of redirects, and what the hub itself said on the way to it.
  struct Response: Sendable {
    let response: HTTPClientResponse
    let host: String
    /// The headers of the hub's own answers, latest first.
    let hubHeaders: [HTTPHeaders]
  }

  /// Sends a request and follows redirects.
  ///
  /// - Parameters:
  ///   - range: The bytes to ask for; nil is the whole file.
  ///   - isEnough: Whether a redirect of the hub says what was wanted, and need not be followed.
  func send(
    _ method: HTTPMethod, _ address: String, range: Range<Int>? = nil,
    isEnough: (HTTPHeaders) -> Bool = { _ in false }
  ) async throws(RequestFailure) -> Response {
    guard var url = URL(string: address) else {
      throw .lasting(.other("its address \(address) makes no sense; check HF_ENDPOINT"))
    }
    var hubHeaders: [HTTPHeaders] = []
    for _ in 0...Self.redirectLimit {
      let host = url.host() ?? "the server"
      let response = try await sendOnce(method, url, range: range)
      if isHub(url) { hubHeaders.insert(response.headers, at: 0) }
      let isRedirect = [301, 302, 303, 307, 308].contains(response.status.code)
      guard isRedirect, !(isHub(url) && isEnough(response.headers)) else {
        return Response(response: response, host: host, hubHeaders: hubHeaders)
      }
      guard let location = response.headers.first(name: "location"),
        let next = URL(string: location, relativeTo: url)?.absoluteURL, next.host()?.isEmpty == false
      else {
        throw .lasting(.other("\(host) redirects to nowhere; check HF_ENDPOINT and the proxy settings"))
      }
      guard next.scheme == "https" || (next.scheme == "http" && url.scheme == "http") else {
        throw .lasting(
          .other("\(host) redirects from https to \(next.scheme ?? "nothing"), which is not followed"))
      }
      url = next
    }
    throw .lasting(
      .other("more than \(Self.redirectLimit) redirects; check HF_ENDPOINT and the proxy settings"))
  }

  private func sendOnce(
    _ method: HTTPMethod, _ url: URL, range: Range<Int>?
  ) async throws(RequestFailure) -> HTTPClientResponse {
    var request = HTTPClientRequest(url: url.absoluteString)
    request.method = method
    request.headers.add(name: "user-agent", value: "lorikeet")
    // Bytes as they are: lengths and ranges would mean something else otherwise.
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
      // No limit for the whole: a slow line is none to give up. A stall is noticed by the client.
      return try await client.execute(request, deadline: .distantFuture)
    } catch {
      throw HubFault.failure(
        error, host: url.host() ?? "the server", proxy: proxy?.host, stallSeconds: settings.stallSeconds)
    }
  }

  /// Whether an address is the hub's own: only there is the token sent, and the word of its headers taken.
  private func isHub(_ url: URL) -> Bool {
    url.scheme == settings.endpoint.scheme && url.host() == settings.endpoint.host()
      && url.port == settings.endpoint.port
  }
}
