/// How the chunks of a container are laid out: a name, a length, that many bytes.
struct ChunkLayout {
  var nameBytes = 4
  var lengthBytes = 4
  var order = ByteOrder.littleEndian
  /// Chunks begin at multiples of this.
  var alignment = 2
  var lengthIncludesHeader = false

  /// A garbled header may consist of chunks without end.
  static let most = 65_536

  var headerBytes: Int { nameBytes + lengthBytes }

  /// The chunks from `offset` on, up to the end of the source or the first that reaches beyond it.
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

/// A piece of a container.
struct Chunk {
  /// The first four bytes of its name.
  let name: ArraySlice<UInt8>
  /// Where its content begins.
  let offset: Int
  /// Bytes of content, as the header says.
  let length: Int
  /// The number that the header has.
  let stated: Int
  /// Where that number stands.
  let lengthOffset: Int

  func isNamed(_ text: String) -> Bool {
    name.elementsEqual(text.utf8)
  }
}
