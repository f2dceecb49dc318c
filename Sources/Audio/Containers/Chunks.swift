/// The layout of a container's chunks: a name, a length, and that many bytes.
struct ChunkLayout {
  var nameBytes = 4
  var lengthBytes = 4
  var order = ByteOrder.littleEndian
  /// The alignment of chunks, in bytes.
  var alignment = 2
  var lengthIncludesHeader = false

  /// The maximum number of chunks read: a garbled header can have chunks without end.
  static let most = 65_536

  var headerBytes: Int { nameBytes + lengthBytes }

  /// Returns the chunks from `offset` on, up to the end of the source or the first chunk that extends past it.
  func chunks(in bytes: some ByteSource, from offset: Int) -> some Sequence<Chunk> {
    var next: Int? = offset
    var left = Self.most
    return AnyIterator {
      guard let offset = next, left > 0 else { return nil }
      left -= 1
      let header = bytes.bytes(at: offset, count: headerBytes)
      guard header.count == headerBytes else { return nil }
      let stated = order.number(header[nameBytes...])
      let length = lengthIncludesHeader ? max(0, stated - headerBytes) : stated
      let content = offset + headerBytes
      let (end, overflow) = content.addingReportingOverflow(length)
      next = overflow || end > bytes.size ? nil : (end + alignment - 1) / alignment * alignment
      return Chunk(
        name: header[..<4], offset: content, length: length, stated: stated, lengthOffset: offset + nameBytes)
    }
  }
}

/// A chunk of a container.
struct Chunk {
  /// The first four bytes of its name.
  let name: ArraySlice<UInt8>
  /// The offset of its content.
  let offset: Int
  /// The length of the content according to the header, in bytes.
  let length: Int
  /// The length field of the header.
  let stated: Int
  /// The offset of the length field.
  let lengthOffset: Int

  func isNamed(_ text: String) -> Bool {
    name.elementsEqual(text.utf8)
  }
}
