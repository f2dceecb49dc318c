internal import JSON
internal import Listening
internal import NIOCore
internal import OpenAIProtocol

/// Answers for clients that have no HTTP handlers in their channel.
enum RawAnswer {
  /// Returns an answer that ends the connection.
  static func bytes(of error: APIError, _ reason: String) -> ByteBuffer {
    let body = error.json.line
    let retry = error.retryAfter.map { "Retry-After: \($0)\r\n" } ?? ""
    return ByteBuffer(
      string: """
        HTTP/1.1 \(error.status) \(reason)\r\n\(retry)Connection: close\r\nContent-Type: application/json\r\n\
        Content-Length: \(body.utf8.count)\r\n\r\n\(body)
        """)
  }
}

/// Drops what a client sends that is turned away.
final class InboundDiscardHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  /// Begins to read a channel that was accepted, and drops what it reads.
  static func replaceBuffer(of channel: any Channel) throws {
    try channel.pipeline.syncOperations.addHandler(InboundDiscardHandler())
    try InboundBufferHandler.leave(channel)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
