import NIOCore
import WyomingProtocol

extension EventParser {
  /// Returns all events in the bytes. Each piece arrives after the events before it have been parsed.
  static func events(
    in pieces: some Sequence<some Sequence<UInt8>>, limits: EventLimits = EventLimits()
  ) throws(ProtocolError) -> [Event] {
    var parser = EventParser(limits: limits)
    var buffer = ByteBuffer()
    var events: [Event] = []
    for piece in pieces {
      buffer.writeBytes(piece)
      while let event = try parser.next(from: &buffer) { events.append(event) }
    }
    return events
  }

  static func events(
    in text: String, limits: EventLimits = EventLimits()
  ) throws(ProtocolError) -> [Event] {
    try events(in: [text.utf8], limits: limits)
  }
}

extension EventLimits {
  init(
    header: Int = 64 * 1024, data: Int = 1024 * 1024, payload: Int = 32 * 1024 * 1024,
    piece: Int = 128 * 1024
  ) {
    self.init()
    self.header = header
    self.data = data
    self.payload = payload
    self.piece = piece
  }
}
