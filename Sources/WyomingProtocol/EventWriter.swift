internal import JSON
public import NIOCore

extension Event {
  /// Encodes the event. Its data is always separate from the header: readers limit the header line to 64 KiB.
  public func encoded() -> ByteBuffer {
    let body = data.isEmpty ? [] : JSONValue.object(data).encoded
    var header: [String: JSONValue] = ["type": .string(type)]
    if !body.isEmpty { header["data_length"] = .integer(body.count) }
    if payload.readableBytes > 0 { header["payload_length"] = .integer(payload.readableBytes) }
    var buffer = ByteBuffer(bytes: JSONValue.object(header).encoded)
    buffer.writeInteger(UInt8(ascii: "\n"))
    buffer.writeBytes(body)
    var payload = payload
    buffer.writeBuffer(&payload)
    return buffer
  }
}
