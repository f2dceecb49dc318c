internal import NIOCore
internal import WyomingProtocol

/// Puts the event parser into a channel's pipeline.
struct EventDecoder: NIOSingleStepByteToMessageDecoder {
  typealias InboundOut = Event

  private var parser = EventParser()

  mutating func decode(buffer: inout ByteBuffer) throws -> Event? {
    try parser.next(from: &buffer)
  }

  mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> Event? {
    // An event that was cut off by the end of the input is no event.
    try parser.next(from: &buffer)
  }
}
