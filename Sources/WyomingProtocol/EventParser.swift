internal import JSON
public import NIOCore

/// Parses events from bytes as they arrive: a header line of JSON, then `data_length` bytes of JSON, then
/// `payload_length` bytes.
///
/// It looks at each byte once, and never waits for more than the limits. A long payload is passed on in pieces, so
/// that it is never in memory as a whole.
public struct EventParser: Sendable {
  /// The part of an event that the next bytes belong to.
  private enum State: Sendable {
    case header
    case body(Header)
    /// The rest of an `audio-chunk`'s payload: the event for its next piece, and the number of bytes still to come.
    case audio(Event, remaining: Int)
    /// The rest of a payload that is ignored.
    case rest(remaining: Int)
  }

  private let limits: EventLimits
  private var state = State.header
  /// The number of bytes of the unfinished header line that have been searched for a newline.
  private(set) var searched = 0

  /// Creates a parser at the beginning of a connection.
  public init(limits: EventLimits = EventLimits()) {
    self.limits = limits
  }

  /// Returns the next event and consumes its bytes; `nil` if it is not complete.
  ///
  /// An `audio-chunk` with a payload longer than a piece is returned as several events that differ only in their
  /// payload: audio can be cut anywhere. Of another event's payload only the first piece is kept; no known event has a
  /// longer one.
  ///
  /// - Throws: ``ProtocolError``, after which the rest of the input cannot be parsed.
  public mutating func next(from buffer: inout ByteBuffer) throws(ProtocolError) -> Event? {
    while true {
      switch state {
      case .header:
        guard let line = try nextLine(from: &buffer) else { return nil }
        // Blank lines between events are ignored.
        if line.readableBytesView.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
        state = .body(try Header(line, limits: limits))
      case .body(let header):
        return try event(header, from: &buffer)
      case .audio(var event, let remaining):
        guard let piece = buffer.readSlice(length: min(remaining, limits.piece)) else { return nil }
        event.payload = piece
        expect(remaining - piece.readableBytes, of: event)
        return event
      case .rest(let remaining):
        let passed = min(remaining, buffer.readableBytes)
        buffer.moveReaderIndex(forwardBy: passed)
        guard passed == remaining else {
          state = .rest(remaining: remaining - passed)
          return nil
        }
        state = .header
      }
    }
  }

  /// Returns the event of a header, with the first piece of its payload.
  private mutating func event(
    _ header: Header, from buffer: inout ByteBuffer
  ) throws(ProtocolError) -> Event? {
    let first = min(header.payloadLength, limits.piece)
    guard buffer.readableBytes >= header.dataLength + first else { return nil }
    var event = Event(type: header.type, data: header.data)
    if header.dataLength > 0, let bytes = buffer.readSlice(length: header.dataLength) {
      guard case .object(let separate)? = Self.json(bytes) else {
        throw .dataNotJSON
      }
      event.data.merge(separate) { _, separate in separate }
    }
    event.payload = buffer.readSlice(length: first) ?? ByteBuffer()
    expect(header.payloadLength - first, of: event)
    return event
  }

  /// Records the number of bytes of the event's payload that are still to come.
  private mutating func expect(_ remaining: Int, of event: Event) {
    if remaining == 0 {
      state = .header
    } else if event.type == Event.audioChunkType {
      state = .audio(Event(type: event.type, data: event.data), remaining: remaining)
    } else {
      state = .rest(remaining: remaining)
    }
  }

  /// Reads the next line, without its newline.
  private mutating func nextLine(from buffer: inout ByteBuffer) throws(ProtocolError) -> ByteBuffer? {
    let unseen = buffer.readableBytesView.dropFirst(searched)
    guard let newline = unseen.firstIndex(of: 0x0A) else {
      searched = buffer.readableBytes
      guard searched <= limits.header else { throw .headerTooLong(limit: limits.header) }
      return nil
    }
    let length = newline - buffer.readerIndex
    guard length <= limits.header else { throw .headerTooLong(limit: limits.header) }
    searched = 0
    let line = buffer.readSlice(length: length)
    buffer.moveReaderIndex(forwardBy: 1)
    return line
  }

  fileprivate static func json(_ bytes: ByteBuffer) -> JSONValue? {
    JSONValue(parsing: Array(bytes.readableBytesView))
  }
}

/// A parsed header line.
private struct Header: Sendable {
  let type: String
  let data: [String: JSONValue]
  let dataLength, payloadLength: Int

  init(_ line: ByteBuffer, limits: EventLimits) throws(ProtocolError) {
    guard case .object(let fields)? = EventParser.json(line) else { throw .headerNotJSON }
    guard let type = fields["type"]?.string else { throw .headerWithoutType }
    self.type = type
    switch fields["data"] {
    case nil, .null?: data = [:]
    case .object(let inline)?: data = inline
    default: throw .notAnObject(key: "data")
    }
    dataLength = try Self.length("data_length", in: fields, limit: limits.data)
    payloadLength = try Self.length("payload_length", in: fields, limit: limits.payload)
  }

  private static func length(
    _ key: String, in fields: [String: JSONValue], limit: Int
  ) throws(ProtocolError) -> Int {
    guard let value = fields[key], !value.isNull else { return 0 }
    guard let length = value.integer, (0...limit).contains(length) else {
      let shown = String(decoding: value.encoded.prefix(40), as: UTF8.self)
      throw .length(key: key, value: shown, limit: limit)
    }
    return length
  }
}
