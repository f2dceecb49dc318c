internal import JSON
internal import Listening
internal import NIOCore
internal import NIOWebSocket

/// Writes the frames of a WebSocket; two tasks can write.
struct SocketWriter: Sendable {
  private let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
  private let activity: ConnectionActivity

  init(_ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>, _ activity: ConnectionActivity) {
    self.outbound = outbound
    self.activity = activity
  }

  /// Sends events, one in each message.
  func send(_ events: [JSONValue]) async throws {
    guard !events.isEmpty else { return }
    try await activity.writing {
      try await outbound.write(
        contentsOf: events.map {
          WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(bytes: $0.encoded))
        })
    }
  }

  /// Notes that the client waits for a transcript.
  func beginAnswer() { activity.beginAnswer() }

  /// Answers a ping.
  func pong(_ data: ByteBuffer) async throws {
    try await activity.writing {
      try await outbound.write(WebSocketFrame(fin: true, opcode: .pong, data: data))
    }
  }

  /// Sends a closing frame, after which nothing is sent.
  func close(_ code: WebSocketErrorCode) async throws {
    var data = ByteBuffer()
    data.write(webSocketErrorCode: code)
    try await outbound.write(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
    outbound.finish()
  }
}
