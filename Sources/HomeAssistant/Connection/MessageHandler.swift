internal import NIOCore
internal import NIOWebSocket

/// Input of a connection.
enum HomeInput: Sendable, Equatable {
  /// A message has arrived.
  case message([UInt8])
  /// The time of a ``HomeOutput/reminder(after:)`` has passed.
  case reminder
}

/// Output of a connection.
enum HomeOutput: Sendable, Equatable {
  /// Sends a message.
  case message([UInt8])
  /// Adds ``HomeInput/reminder`` to the input after a time.
  case reminder(after: TimeAmount)
  /// Ends the connection with ``HomeTimeout/late`` after a time; `nil` lifts the time limit.
  case limit(TimeAmount?)
}

/// The reason why a connection has ended by itself.
enum HomeTimeout: Error, Equatable {
  /// The time limit has passed.
  case late
  /// Nothing has arrived for too long.
  case silent
}

/// Translates between messages and WebSocket frames, answers pings, sends some, and keeps the time.
final class MessageHandler: ChannelDuplexHandler {
  typealias InboundIn = WebSocketFrame
  typealias InboundOut = HomeInput
  typealias OutboundIn = HomeOutput
  typealias OutboundOut = WebSocketFrame

  /// The interval between two pings.
  static let pingInterval = TimeAmount.seconds(30)
  /// The longest time in which nothing arrives.
  static let longestSilence = TimeAmount.seconds(70)

  private var lastArrival = NIODeadline.distantPast
  private var heartbeat: Scheduled<Void>?
  private var reminder: Scheduled<Void>?
  private var limit: Scheduled<Void>?
  private var hasSaidGoodbye = false

  func handlerAdded(context: ChannelHandlerContext) {
    lastArrival = context.eventLoop.now
    schedulePing(in: Self.pingInterval, context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { stopClocks() }

  func channelInactive(context: ChannelHandlerContext) {
    stopClocks()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    lastArrival = context.eventLoop.now
    let frame = unwrapInboundIn(data)
    switch frame.opcode {
    case .text:
      context.fireChannelRead(wrapInboundOut(.message(Array(frame.unmaskedData.readableBytesView))))
    case .ping:
      // A server that floods the connection with pings and reads nothing gets no further answers.
      if context.channel.isWritable { send(.pong, frame.unmaskedData, context) }
    case .connectionClose:
      close(context: context, mode: .all, promise: nil)
    default:
      break
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .message(let bytes):
      context.write(wrapOutboundOut(frame(.text, ByteBuffer(bytes: bytes))), promise: promise)
    case .reminder(let time):
      reminder?.cancel()
      reminder = schedule(in: time, context) { handler, context in
        context.fireChannelRead(handler.wrapInboundOut(.reminder))
        context.fireChannelReadComplete()
      }
      promise?.succeed()
    case .limit(let time):
      limit?.cancel()
      limit = time.map {
        schedule(in: $0, context) { handler, context in handler.fail(HomeTimeout.late, context) }
      }
      promise?.succeed()
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOWebSocketError.invalidFrameLength: sayGoodbye(.messageTooLarge, context)
    case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error: sayGoodbye(.protocolError, context)
    default: break
    }
    fail(error, context)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    sayGoodbye(.normalClosure, context)
    context.close(mode: mode, promise: promise)
  }

  private func sayGoodbye(_ code: WebSocketErrorCode, _ context: ChannelHandlerContext) {
    guard !hasSaidGoodbye else { return }
    hasSaidGoodbye = true
    var data = ByteBuffer()
    data.write(webSocketErrorCode: code)
    send(.connectionClose, data, context)
  }

  private func schedulePing(in time: TimeAmount, _ context: ChannelHandlerContext) {
    heartbeat = schedule(in: time, context) { handler, context in
      let rest = Self.longestSilence - (context.eventLoop.now - handler.lastArrival)
      guard rest > .zero else { return handler.fail(HomeTimeout.silent, context) }
      handler.send(.ping, ByteBuffer(), context)
      handler.schedulePing(in: min(rest, Self.pingInterval), context)
    }
  }

  private func schedule(
    in time: TimeAmount, _ context: ChannelHandlerContext,
    _ action: @escaping (MessageHandler, ChannelHandlerContext) -> Void
  ) -> Scheduled<Void> {
    context.eventLoop.assumeIsolated().scheduleTask(in: time) { action(self, context) }
  }

  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    context.fireErrorCaught(error)
    close(context: context, mode: .all, promise: nil)
  }

  private func stopClocks() {
    for clock in [heartbeat, reminder, limit] { clock?.cancel() }
    (heartbeat, reminder, limit) = (nil, nil, nil)
  }

  private func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(frame(opcode, data)), promise: nil)
  }

  private func frame(_ opcode: WebSocketOpcode, _ data: ByteBuffer) -> WebSocketFrame {
    WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
  }
}
