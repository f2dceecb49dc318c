internal import NIOCore
internal import NIOWebSocket

/// Joins the frames of a WebSocket to messages, and checks them (RFC 6455, section 5).
struct MessageAssembly {
  /// The meaning of a frame.
  enum Input: Equatable {
    /// A whole message of text.
    case message([UInt8])
    case ping(ByteBuffer)
    /// Nothing to do.
    case nothing
    /// The client closes, or has made a mistake: the answer's code.
    case close(WebSocketErrorCode)
  }

  private let limit: Int
  /// The parts of a message that is not complete.
  private var parts: ByteBuffer?

  /// - Parameter limit: The maximum length of a message, in bytes.
  init(limit: Int) {
    self.limit = limit
  }

  mutating func take(_ frame: WebSocketFrame) -> Input {
    guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return .close(.protocolError) }
    var data = frame.unmaskedData
    switch frame.opcode {
    case .ping: return .ping(data)
    case .pong: return .nothing
    case .connectionClose: return .close(Self.answer(toClosing: data))
    case .binary: return .close(.unacceptableData)
    case .text where parts == nil: parts = ByteBuffer()
    case .continuation where parts != nil: break
    default: return .close(.protocolError)
    }
    guard let known = parts?.readableBytes, known + data.readableBytes <= limit else {
      return .close(.messageTooLarge)
    }
    parts?.writeBuffer(&data)
    guard frame.fin, let message = parts else { return .nothing }
    parts = nil
    let bytes = Array(message.readableBytesView)
    guard String(validating: bytes, as: UTF8.self) != nil else { return .close(.dataInconsistentWithMessage) }
    return .message(bytes)
  }

  /// Returns the code with which a closing frame is answered: its own, unless it is none that may be sent.
  private static func answer(toClosing data: ByteBuffer) -> WebSocketErrorCode {
    guard data.readableBytes > 0 else { return .normalClosure }
    guard let code: UInt16 = data.getInteger(at: data.readerIndex) else { return .protocolError }
    let isAllowed =
      (1000...1003).contains(code) || (1007...1011).contains(code) || (3000...4999).contains(code)
    return isAllowed ? WebSocketErrorCode(codeNumber: Int(code)) : .protocolError
  }
}
