package import NIOCore

/// The event parser as a decoder in a channel's pipeline.
///
/// Input that is not the protocol produces one failure; all bytes after it are swallowed. The channel stays open
/// meanwhile: closing a socket with unread bytes resets the connection, and the `error` event would be lost with it.
package struct EventDecoder: NIOSingleStepByteToMessageDecoder {
  package typealias InboundOut = Result<Event, ProtocolError>

  private var parser: EventParser
  private var hasFailed = false

  /// Creates a decoder that refuses events longer than the limits.
  package init(limits: EventLimits = EventLimits()) {
    parser = EventParser(limits: limits)
  }

  /// Takes the next event from the buffer; `nil` if it is incomplete, or after a failure.
  package mutating func decode(buffer: inout ByteBuffer) -> InboundOut? {
    guard !hasFailed else {
      buffer.clear()
      return nil
    }
    do {
      return try parser.next(from: &buffer).map { .success($0) }
    } catch {
      hasFailed = true
      buffer.clear()
      return .failure(error)
    }
  }

  /// Takes the last events. An event that the end of the input cuts off is dropped.
  package mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) -> InboundOut? {
    decode(buffer: &buffer)
  }
}
