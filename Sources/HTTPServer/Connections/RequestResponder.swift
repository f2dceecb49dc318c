internal import Concurrency
internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import JSON
internal import Listening
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import OpenAIProtocol
internal import Serving
internal import SocketFaults
internal import Telemetry

/// Answers the requests of one connection: checks who may ask, finds the endpoint, and writes the answer or the error.
struct RequestResponder: Sendable {
  let application: HTTPApplication
  let endpoints: Endpoints
  let activity: ConnectionActivity

  /// The connection must close: the rest of the request is not wanted.
  private struct CloseConnection: Error {}

  @concurrent func respond(
    _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
  ) async throws {
    activity.moved(isListening: false)
    activity.beginAnswer()
    defer { activity.endAnswer() }
    let start = ContinuousClock.now
    var context = EndpointContext(
      source: ApplicationRequestContextSource(channel: channel, logger: application.logger))
    context.activity = activity
    var response: Response
    do {
      if let refusal = application.refusal(of: request.head) { throw refusal }
      if request.headers[.expect]?.lowercased() == "100-continue" {
        try await writer.writeInformationalHead(HTTPResponse(status: .continue))
      }
      response = try await endpoints.respond(to: request, context: context)
    } catch {
      response = Self.response(to: error, application.logger)
    }
    finish(&response, for: request)
    application.metrics.answeredRequest(
      handler: context.endpointPath ?? "other", method: request.method.label, status: response.status.code,
      seconds: start.duration(to: .now).seconds)
    let closes = response.headers[.connection] == "close"
    do {
      let body = request.method == .head ? ResponseBody() : response.body
      // A stream of events watches its own writes, between which the client has nothing to read.
      if body.contentLength == nil {
        try await writer.write(response: response.head, body: body)
      } else {
        activity.beginWriting()
        defer { activity.endWriting() }
        try await writer.write(response: response.head, body: body)
      }
    } catch {
      // The client has gone, or the parts of the answer cannot be written any more.
      throw CloseConnection()
    }
    guard closes else { return }
    await discardInput(of: request)
    throw CloseConnection()
  }

  /// Adds the headers that every answer has.
  private func finish(_ response: inout Response, for request: Request) {
    if request.wantsClose { response.headers[.connection] = "close" }
    response.headers[.date] = HTTPDate.text(of: time(nil))
    response.headers[.xContentTypeOptions] = "nosniff"
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    if let origin = request.headers[.origin], !application.origins.isEmpty,
      application.origins.allow(origin, host: request.head.authority)
    {
      response.headers[.accessControlAllowOrigin] = origin
      response.headers[.vary] = "Origin"
      response.headers[.accessControlExposeHeaders] = "Retry-After"
    }
  }

  /// Reads what the client still sends, for a moment: closing at once would take the answer away from it.
  private func discardInput(of request: Request) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        var left = 64 << 20
        do {
          for try await bytes in request.body where left > 0 { left -= bytes.readableBytes }
        } catch {
          // The client has gone.
        }
      }
      group.addTask { try? await Task.sleep(for: .seconds(2)) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Returns the answer to an error.
  private static func response(to error: any Error, _ logger: Logger) -> Response {
    let known = apiError(for: error)
    // A request that is cancelled has no client any more, or the server shuts down.
    if known.status >= 500, !(error is CancellationError) {
      logger.error("a request has failed", metadata: ["why": "\(known.message)"])
    }
    var response = Response(
      status: HTTPResponse.Status(code: known.status), headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: known.json.encoded)))
    if let seconds = known.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
    if known.status == 401 { response.headers[.wwwAuthenticate] = "Bearer" }
    // The rest of the body is not wanted.
    if known.closesConnection { response.headers[.connection] = "close" }
    return response
  }

  private static func apiError(for error: any Error) -> APIError {
    switch error {
    case let error as APIError: error
    case let error as HTTPError:
      APIError(error.status.code, error.body ?? error.status.reasonPhrase)
    case ServingError.late:
      APIError(503, "\(error)", type: "server_error", code: "deadline-exceeded", retryAfter: 5)
    case let error as ServingError: APIError(500, "\(error)", type: "server_error", code: error.code)
    case let error as HTTPParserError: APIError(unreadable: error)
    case is CancellationError:
      APIError(503, "The server shuts down.", type: "server_error", code: "shutting_down", retryAfter: 5)
    default: APIError(500, "\(SocketFault(error))", type: "server_error")
    }
  }
}

extension APIError {
  /// Creates the error for a request that cannot be read.
  init(unreadable error: HTTPParserError) {
    self =
      error == .headerOverflow
      ? APIError(431, "The headers are longer than \(HTTPLimits.headerBytes) bytes.")
      : APIError(400, "The request is not HTTP/1.1: \(error.debugDescription).")
  }

  /// True if the server does not read the rest of the request.
  fileprivate var closesConnection: Bool {
    [400, 401, 403, 408, 413, 415, 422, 429, 500, 503, 507].contains(status)
  }
}

extension Request {
  /// True if the client sends no other request on this connection.
  fileprivate var wantsClose: Bool { headers[.connection]?.lowercased().contains("close") == true }
}

extension HTTPRequest.Method {
  /// The method as a label of metrics: clients cannot make labels.
  fileprivate var label: String {
    [.get, .post, .head, .options, .put, .delete, .patch].contains(self) ? rawValue : "other"
  }
}

/// The context of a request.
struct EndpointContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The activity of the connection; `nil` without a connection, in tests.
  var activity: ConnectionActivity?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
  }
}
