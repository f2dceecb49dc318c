internal import JSON
internal import NIOCore
internal import NIOHTTP1
internal import OpenAIProtocol

/// Answers a client whose first request cannot be read, or asks for a WebSocket that it does not get. It comes before the
/// handler that makes the WebSocket, which would only close the connection.
///
/// It also asks for the end of the connection on behalf of clients that are older than HTTP/1.1 and so expect it.
final class FirstRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let refusal: (HTTPRequestHead) -> APIError?
  /// True if the request was refused: what follows is dropped.
  private var isRefused = false

  /// - Parameter refusal: Returns the reason for which a request gets no WebSocket; `nil` if it does.
  init(refusal: @escaping (HTTPRequestHead) -> APIError?) {
    self.refusal = refusal
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isRefused else { return }
    guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
    if head.version.major < 1 || head.version == .http1_0 {
      head.headers.replaceOrAdd(name: "Connection", value: "close")
    }
    let isWebSocket = head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
    if isWebSocket, let reason = Self.mistake(in: head) ?? refusal(head) { return refuse(reason, context) }
    context.fireChannelRead(wrapInboundOut(.head(head)))
    // After a change of the protocol, what follows is no HTTP.
    context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // The server shuts down, and this client has not asked for anything.
    if event is ChannelShouldQuiesceEvent { return context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !isRefused, let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
    refuse(APIError(unreadable: error), context)
  }

  /// Returns what is wrong with the request for a WebSocket (RFC 6455, section 4.2.1).
  private static func mistake(in head: HTTPRequestHead) -> APIError? {
    guard head.method == .GET else { return APIError(400, "A WebSocket is asked for with GET.") }
    let keys = head.headers[canonicalForm: "sec-websocket-key"]
    guard keys.count == 1, keys[0].utf8.count == 24, keys[0].hasSuffix("==") else {
      return APIError(400, "Sec-WebSocket-Key is not 16 bytes in base64.")
    }
    guard head.headers[canonicalForm: "sec-websocket-version"] == ["13"] else {
      return APIError(426, "Sec-WebSocket-Version is not 13.")
    }
    return nil
  }

  private func refuse(_ error: APIError, _ context: ChannelHandlerContext) {
    isRefused = true
    let body = ByteBuffer(bytes: error.json.encoded)
    var headers: HTTPHeaders = [
      "Connection": "close", "Content-Type": "application/json", "Content-Length": "\(body.readableBytes)",
    ]
    if error.status == 401 { headers.add(name: "WWW-Authenticate", value: "Bearer") }
    if error.status == 426 { headers.add(name: "Sec-WebSocket-Version", value: "13") }
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: error.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { [channel = context.channel] _ in
      // Closing while the request arrives would take the answer away from the client.
      channel.close(mode: .output, promise: nil)
      channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }
  }
}
