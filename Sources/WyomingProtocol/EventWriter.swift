internal import FoundationEssentials
public import NIOCore

extension Event {
  /// The event's bytes. The data always goes in a part of its own: readers limit the header line to 64 KiB.
  public func encoded() -> ByteBuffer {
    let body = data.isEmpty ? Data() : Self.json(.object(data))
    var header: [String: JSONValue] = ["type": .string(type)]
    if !body.isEmpty { header["data_length"] = .integer(body.count) }
    if payload.readableBytes > 0 { header["payload_length"] = .integer(payload.readableBytes) }
    var buffer = ByteBuffer(bytes: Self.json(.object(header)))
    buffer.writeInteger(UInt8(ascii: "\n"))
    buffer.writeBytes(body)
    var payload = payload
    buffer.writeBuffer(&payload)
    return buffer
  }

  private static func json(_ value: JSONValue) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // The one thing that JSON cannot hold is a number that is not finite, and no event has one.
    return (try? encoder.encode(value)) ?? Data("{}".utf8)
  }
}
