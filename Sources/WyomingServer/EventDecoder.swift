internal import NIOCore
internal import WyomingProtocol

/// Puts the event parser into a channel's pipeline.
///
/// Input that is not the protocol comes out as a failure, once; all bytes behind it are swallowed. The channel
/// stays open meanwhile: a socket that is closed on unread bytes resets, and takes the `error` event with it.
struct EventDecoder: NIOSingleStepByteToMessageDecoder {
  typealias InboundOut = Result<Event, ProtocolError>

  private var parser: EventParser
  private var hasFailed = false

  init(limits: EventLimits = EventLimits()) {
    parser = EventParser(limits: limits)
  }

  mutating func decode(buffer: inout ByteBuffer) -> InboundOut? {
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

  mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) -> InboundOut? {
    // An event that was cut off by the end of the input is no event.
    decode(buffer: &buffer)
  }
}
