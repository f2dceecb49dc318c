extension Container {
  /// Parses Sony's Wave64: WAV with 16-byte names and 64-bit lengths that include the chunk's header.
  static func wave64(_ bytes: some ByteSource) -> Container? {
    guard bytes.has("riff", at: 0), bytes.has("wave", at: 24),
      let total = bytes.number(at: 16, count: 8, .littleEndian)
    else { return nil }
    let layout = ChunkLayout(nameBytes: 16, lengthBytes: 8, alignment: 8, lengthIncludesHeader: true)
    var bytesPerSecond: Double?
    for chunk in layout.chunks(in: bytes, from: 40) {
      if chunk.isNamed("fmt ") {
        bytesPerSecond = bytes.number(at: chunk.offset + 8, count: 4, .littleEndian).map { Double($0) }
      }
      guard chunk.isNamed("data") else { continue }
      let found = bytes.size - chunk.offset
      // A header that was never finished has an empty chunk (or, from sox to a pipe, one of length -1).
      let isUnknown = Placeholder.isLength64(chunk.stated) || (chunk.length == 0 && total != bytes.size)
      guard isUnknown else {
        return Container(
          .bytes(promised: chunk.length, found: found, perSecond: bytesPerSecond), in: bytes)
      }
      var container = Container(.unknown, in: bytes)
      container.patches = [Patch(at: chunk.lengthOffset, ByteOrder.littleEndian.bytes(found + 24, count: 8))]
      return container
    }
    return nil
  }
}
