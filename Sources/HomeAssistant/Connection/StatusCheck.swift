internal import NIOCore
internal import NIOHTTP1

/// Ends a connection whose HTTP response is not the upgrade to a WebSocket, with the response's status: the networking
/// library does not report it.
final class StatusCheck: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias InboundOut = HTTPClientResponsePart

  private enum State {
    case waiting, upgraded, refused
  }

  private let address: HomeAddress
  private var state = State.waiting

  init(_ address: HomeAddress) {
    self.address = address
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch state {
    case .waiting:
      guard case .head(let head) = unwrapInboundIn(data), head.status != .switchingProtocols else {
        state = .upgraded
        return context.fireChannelRead(data)
      }
      state = .refused
      context.fireErrorCaught(HomeError.noWebSocket(address, status: Int(head.status.code)))
      context.close(promise: nil)
    case .upgraded:
      // The bytes after the response pass here too, unless this handler is removed first.
      context.fireChannelRead(data)
    case .refused:
      break
    }
  }
}
