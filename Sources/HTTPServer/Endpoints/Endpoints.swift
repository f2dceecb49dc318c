internal import Concurrency
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import NIOCore
internal import OpenAIProtocol
internal import Serving
internal import Telemetry

/// The endpoints of an address.
struct Endpoints: Sendable {
  typealias Handler = @Sendable (Request, EndpointContext) async throws -> Response

  /// The path of the realtime socket.
  static let realtime = "/v1/realtime"

  private let responder: RouterResponder<EndpointContext>
  /// The methods of each path without parameters.
  private let methods: [String: Set<HTTPRequest.Method>]
  private let origins: Origins

  /// Creates the endpoints of an application.
  init(_ application: HTTPApplication) {
    origins = application.origins
    let transcriptions = Transcriptions(application)
    let state = StateEndpoints(application)
    let created = Int(application.about.startTime)
    let models = application.models
    let endpoints: [(HTTPRequest.Method, String, Handler)] = [
      (.post, "/v1/audio/transcriptions", transcriptions.respond),
      (
        .post, "/v1/audio/translations",
        { _, _ in
          throw APIError(
            400, "Parakeet writes what is said and does not translate; use /v1/audio/transcriptions.")
        }
      ),
      (.get, "/v1/models", { _, _ in Response(json: models.names.list(created: created)) }),
      (
        .get, "/v1/models/:name",
        { _, context in
          Response(json: try models.names.entry(context.parameters.require("name"), created: created))
        }
      ),
      (
        .get, Self.realtime,
        { request, _ in throw application.refusal(ofRealtime: request.head) ?? Self.needsUpgrade }
      ),
      (.get, "/v1/status", state.status),
      (.get, "/metrics", state.metrics),
      (.get, "/health", { _, _ in Response(json: .object(["status": .string("ok")])) }),
      (.get, "/ready", state.ready),
      (
        .get, "/openapi.json",
        { _, _ in Response(json: OpenAPIDocument.json(version: application.about.version)) }
      ),
    ]
    let pages: [(HTTPRequest.Method, String, Handler)] =
      application.hasPage
      ? Page.paths.map { path in (.get, path, { _, _ in try Page.response(at: path) }) } : []
    let router = Router(context: EndpointContext.self, options: [.autoGenerateHeadEndpoints])
    var methods: [String: Set<HTTPRequest.Method>] = [:]
    for (method, path, handler) in endpoints + pages {
      router.on(RouterPath(path), method: method, use: handler)
      methods[path, default: []].formUnion(method == .get ? [.get, .head] : [method])
    }
    responder = router.buildResponder()
    self.methods = methods
  }

  private static let needsUpgrade = APIError(
    426, "This endpoint is a WebSocket; ask for it with the first request of a connection.",
    code: "upgrade_required")

  /// Answers a request.
  func respond(to request: Request, context: EndpointContext) async throws -> Response {
    let path = request.uri.path
    // The router would skip what is between two slashes.
    guard path == "/" || !(path.hasSuffix("/") || path.contains("//")) else { throw Self.nothing(at: path) }
    if request.method == .options { return try options(request, path) }
    if let allowed = methods(at: path), !allowed.contains(request.method) {
      var response = Response(
        json: APIError(
          405, "\(path) takes \(Self.list(allowed)), not \(request.method.rawValue.prefix(40)).",
          code: "method_not_allowed"
        ).json)
      response.status = .methodNotAllowed
      response.headers[.allow] = Self.list(allowed)
      return response
    }
    let response = try await responder.respond(to: request, context: context)
    // The router's own answer has no reason.
    guard response.status != .notFound else { throw Self.nothing(at: path) }
    return response
  }

  /// Answers a browser that asks whether a page of another origin may send a request.
  private func options(_ request: Request, _ path: String) throws -> Response {
    guard let allowed = methods(at: path) else { throw Self.nothing(at: path) }
    var response = Response(status: .noContent)
    response.headers[.allow] = Self.list(allowed)
    guard request.headers[.origin] != nil, request.headers[.accessControlRequestMethod] != nil,
      !origins.isEmpty
    else {
      return response
    }
    response.headers[.accessControlAllowMethods] = Self.list(allowed)
    response.headers[.accessControlAllowHeaders] =
      request.headers[.accessControlRequestHeaders] ?? "Authorization"
    response.headers[.accessControlMaxAge] = "600"
    return response
  }

  private static func nothing(at path: String) -> APIError {
    APIError(404, "There is nothing at \(path.shown(upTo: 200)).", code: "not_found")
  }

  /// Returns the methods of a path; `nil` if there is nothing.
  private func methods(at path: String) -> Set<HTTPRequest.Method>? {
    methods[path] ?? (path.hasPrefix("/v1/models/") ? methods["/v1/models/:name"] : nil)
  }

  private static func list(_ methods: Set<HTTPRequest.Method>) -> String {
    methods.map(\.rawValue).sorted().joined(separator: ", ")
  }
}

extension Response {
  /// Creates an answer in JSON.
  init(json: JSONValue) {
    self.init(
      status: .ok, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: json.encoded)))
  }
}
