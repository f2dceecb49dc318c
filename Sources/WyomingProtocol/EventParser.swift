public import NIOCore

/// Reads events from bytes as they come: a header line of JSON, then `data_length` bytes of JSON, then
/// `payload_length` bytes.
///
/// It looks at each byte once, and asks for nothing longer than the limits.
public struct EventParser: Sendable {
  private let limits: EventLimits
  private var header: Header?
  /// Bytes of the unfinished header line that hold no newline.
  private(set) var searched = 0

  public init(limits: EventLimits = EventLimits()) {
    self.limits = limits
  }

  /// The next event, if all of it is there; takes its bytes from the buffer.
  ///
  /// - Throws: What is wrong with the input. Nothing behind it can be understood.
  public mutating func next(from buffer: inout ByteBuffer) throws(ProtocolError) -> Event? {
    while header == nil {
      guard let line = try nextLine(from: &buffer) else { return nil }
      // Blank lines between events do no harm.
      if line.readableBytesView.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
      header = try Header(line, limits: limits)
    }
    guard let header, buffer.readableBytes >= header.dataLength + header.payloadLength else { return nil }
    self.header = nil
    var data = header.data
    if header.dataLength > 0, let bytes = buffer.readSlice(length: header.dataLength) {
      guard case .object(let separate)? = Self.json(bytes) else {
        throw .dataNotJSON
      }
      data.merge(separate) { _, separate in separate }
    }
    let payload = buffer.readSlice(length: header.payloadLength) ?? ByteBuffer()
    return Event(type: header.type, data: data, payload: payload)
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
