internal import NIOCore

/// Keeps what a client sends before somebody serves it.
///
/// Reading is switched off meanwhile, but a client that closes its sending side has all that it sent read all the
/// same, and in a pipeline that ends here it would be lost, with the news of the closed side.
final class InboundBufferHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private var bytes: [ByteBuffer] = []
  private var isInputClosed = false

  /// Call it when the channel is made, on its event loop, with reading switched off.
  static func enter(_ channel: any Channel) throws {
    try channel.pipeline.syncOperations.addHandler(InboundBufferHandler())
  }

  /// Passes on what was kept, and switches reading on. Call it on the channel's event loop.
  static func leave(_ channel: any Channel) throws {
    let buffer = try channel.pipeline.syncOperations.handler(type: InboundBufferHandler.self)
    channel.pipeline.syncOperations.removeHandler(buffer, promise: nil)
    _ = channel.setOption(.autoRead, value: true)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    bytes.append(unwrapInboundIn(data))
  }

  func channelReadComplete(context: ChannelHandlerContext) {}

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed {
      isInputClosed = true
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
    for part in bytes { context.fireChannelRead(wrapInboundOut(part)) }
    if !bytes.isEmpty { context.fireChannelReadComplete() }
    if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    context.leavePipeline(removalToken: removalToken)
  }
}
