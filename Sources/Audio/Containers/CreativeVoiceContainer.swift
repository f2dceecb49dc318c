extension Container {
  /// Creative's VOC: blocks of up to 16 MiB and a terminator.
  static func creativeVoice(_ bytes: some ByteSource) -> Container? {
    guard bytes.has("Creative Voice File\u{1A}", at: 0),
      let start = bytes.number(at: 20, count: 2, .littleEndian)
    else { return nil }
    var offset = start
    for _ in 0..<ChunkLayout.most {
      // A terminator, or the end: many programs omit the terminator.
      guard let kind = bytes.number(at: offset, count: 1, .littleEndian), kind > 0 else { break }
      // An unknown block type is audio after a block whose length was never filled in.
      guard kind <= 9, let length = bytes.number(at: offset + 1, count: 3, .littleEndian) else {
        return Container(.unknown, in: bytes)
      }
      let found = bytes.size - offset - 4
      guard length <= found else {
        return Container(.bytes(promised: length, found: found, perSecond: nil), in: bytes)
      }
      offset += 4 + length
    }
    return Container(.frames, in: bytes)
  }
}
