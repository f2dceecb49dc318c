public import NIOCore

/// A channel handler that keeps a client's input until the client is served.
///
/// Reading is switched off meanwhile. But when a client closes its sending side, NIO still reads all input, and at the
/// end of the pipeline that input and the event of the closed side would be lost.
public final class InboundBufferHandler: ChannelInboundHandler, RemovableChannelHandler {
  public typealias InboundIn = ByteBuffer
  public typealias InboundOut = ByteBuffer

  private var bytes: [ByteBuffer] = []
  private var isInputClosed = false

  /// Adds the handler. Call this on the channel's event loop when the channel is created, with reading switched off.
  static func enter(_ channel: any Channel) throws {
    try channel.pipeline.syncOperations.addHandler(InboundBufferHandler())
  }

  /// Removes the handler, which passes its input on, and switches reading on. Call this on the channel's event loop.
  public static func leave(_ channel: any Channel) throws {
    let buffer = try channel.pipeline.syncOperations.handler(type: InboundBufferHandler.self)
    channel.pipeline.syncOperations.removeHandler(buffer, promise: nil)
    _ = channel.setOption(.autoRead, value: true)
  }

  public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    bytes.append(unwrapInboundIn(data))
  }

  public func channelReadComplete(context: ChannelHandlerContext) {}

  public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, event == .inputClosed {
      isInputClosed = true
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  public func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken)
  {
    for part in bytes { context.fireChannelRead(wrapInboundOut(part)) }
    if !bytes.isEmpty { context.fireChannelReadComplete() }
    if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    context.leavePipeline(removalToken: removalToken)
  }
}
