internal import NIOCore
internal import NIOWebSocket

/// The event of a connection whose client has stalled.
struct ConnectionStalled: Sendable {}

/// Tells the client of a WebSocket that it has stalled, before the connection is closed.
final class StallHandler: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is ConnectionStalled else { return context.fireUserInboundEventTriggered(event) }
    var data = ByteBuffer()
    data.write(webSocketErrorCode: .goingAway)
    context.writeAndFlush(
      wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: data)), promise: nil)
  }
}
