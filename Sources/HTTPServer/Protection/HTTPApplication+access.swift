internal import HTTPTypes
internal import OpenAIProtocol

extension HTTPApplication {
  /// The paths that need no token: the page asks for it, and the probes of a container have none.
  private static let open: Set<String> = ["/", "/health", "/ready"]
  /// The beginning of the subprotocol in which a browser gives its token.
  private static let tokenProtocol = "openai-insecure-api-key."

  /// Returns the reason for which a client may not ask; `nil` if it may.
  func refusal(of request: HTTPRequest) -> APIError? {
    let origin = request.headerFields[.origin]
    // A proxy, such as Home Assistant's ingress, tells under which name the browser sees the server. A page of another
    // origin cannot send that header without being asked for permission first.
    let host = request.headerFields[.forwardedHost] ?? request.authority
    guard origins.allow(origin, host: host) else {
      return APIError(
        403,
        "The origin '\(origin?.shown(upTo: 200) ?? "")' may not use this server; allow it with --http-origin.",
        code: "origin_not_allowed")
    }
    guard let tokens, request.method != .options, !isOpen(request.pathWithoutQuery) else { return nil }
    guard let token = token(of: request) else {
      return APIError(
        401, "A token is needed: Authorization: Bearer TOKEN.", type: "authentication_error",
        code: "missing_api_key")
    }
    guard tokens.contain(token) else {
      return APIError(401, "The token is wrong.", type: "authentication_error", code: "invalid_api_key")
    }
    return nil
  }

  /// Returns the reason for which a request gets no realtime socket; `nil` if it does.
  func refusal(ofRealtime request: HTTPRequest) -> APIError? {
    guard request.pathWithoutQuery == Endpoints.realtime else {
      return APIError(
        404, "There is no WebSocket at \(request.pathWithoutQuery.shown(upTo: 200)).", code: "not_found")
    }
    if let refusal = refusal(of: request) { return refusal }
    do throws(APIError) {
      _ = try models.service(for: RealtimeQuery(request.path ?? "").model)
      return nil
    } catch {
      return error
    }
  }

  private func isOpen(_ path: String) -> Bool { Self.open.contains(path) || Page.file(at: path) != nil }

  private func token(of request: HTTPRequest) -> String? {
    if let header = request.headerFields[.authorization] {
      let parts = header.split(separator: " ", maxSplits: 1)
      return parts.count == 2 && parts[0].lowercased() == "bearer" ? parts[1].filter { $0 != " " } : nil
    }
    return request.headerFields[values: .webSocketProtocol].flatMap { $0.split(separator: ",") }
      .map { $0.filter { $0 != " " } }.first { $0.hasPrefix(Self.tokenProtocol) }
      .map { String($0.dropFirst(Self.tokenProtocol.count)) }
  }
}

extension HTTPRequest {
  /// The path up to the question mark.
  var pathWithoutQuery: String { String((path ?? "").prefix { $0 != "?" }) }
}
