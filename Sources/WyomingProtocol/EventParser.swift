public import NIOCore

/// Reads events from bytes as they come: a header line of JSON, then `data_length` bytes of JSON, then
/// `payload_length` bytes.
///
/// It looks at each byte once, and asks for nothing longer than the limits. A long payload is handed over in pieces, so
/// that its bytes never have to lie in memory together.
public struct EventParser: Sendable {
  /// What the next bytes are.
  private enum Place: Sendable {
    case header
    case body(Header)
    /// More of the payload of an `audio-chunk`: the event with its next piece, and the bytes that are still to come.
    case audio(Event, remaining: Int)
    /// The rest of a payload that means nothing here.
    case rest(remaining: Int)
  }

  private let limits: EventLimits
  private var place = Place.header
  /// Bytes of the unfinished header line that hold no newline.
  private(set) var searched = 0

  public init(limits: EventLimits = EventLimits()) {
    self.limits = limits
  }

  /// The next event, if all of it is there; takes its bytes from the buffer.
  ///
  /// An `audio-chunk` whose payload is longer than a piece is several events, which are equal but for the payload: audio may
  /// be cut anywhere. Of another event's payload only the first piece is kept; no event that is known has a longer one.
  ///
  /// - Throws: What is wrong with the input. Nothing behind it can be understood.
  public mutating func next(from buffer: inout ByteBuffer) throws(ProtocolError) -> Event? {
    while true {
      switch place {
      case .header:
        guard let line = try nextLine(from: &buffer) else { return nil }
        // Blank lines between events do no harm.
        if line.readableBytesView.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
        place = .body(try Header(line, limits: limits))
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
          place = .rest(remaining: remaining - passed)
          return nil
        }
        place = .header
      }
    }
  }

  /// The event behind a header, with the first piece of its payload.
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

  /// Notes that so many bytes of the event's payload are still to come.
  private mutating func expect(_ remaining: Int, of event: Event) {
    if remaining == 0 {
      place = .header
    } else if event.type == Event.audioChunkType {
      place = .audio(Event(type: event.type, data: event.data), remaining: remaining)
    } else {
      place = .rest(remaining: remaining)
    }
  }

  /// The next line without its newline.
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
    JSONReader.value(of: Array(bytes.readableBytesView))
  }
}

/// What a header line says.
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
