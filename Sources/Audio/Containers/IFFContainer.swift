extension Container {
  /// Parses AIFF and AIFF-C, and the Amiga's 8SVX and 16SV.
  static func iff(_ bytes: some ByteSource) -> Container? {
    guard bytes.has("FORM", at: 0), let total = bytes.number(at: 4, count: 4, .bigEndian) else { return nil }
    let isAIFF = bytes.has("AIFF", at: 8) || bytes.has("AIFC", at: 8)
    guard isAIFF || bytes.has("8SVX", at: 8) || bytes.has("16SV", at: 8) else { return nil }
    var bytesPerSecond: Double?
    for chunk in ChunkLayout(order: .bigEndian).chunks(in: bytes, from: 12) {
      if chunk.isNamed("COMM") { bytesPerSecond = Self.bytesPerSecond(common: chunk, in: bytes) }
      if chunk.isNamed("VHDR"), let rate = bytes.number(at: chunk.offset + 12, count: 2, .bigEndian) {
        bytesPerSecond = Double(rate) * (bytes.has("8SVX", at: 8) ? 1 : 2)
      }
      guard chunk.isNamed(isAIFF ? "SSND" : "BODY") else { continue }
      // An offset and a block size precede AIFF's samples.
      let start = chunk.offset + (isAIFF ? 8 : 0)
      let found = max(0, bytes.size - start)
      let promised = chunk.length - (isAIFF ? 8 : 0)
      let isUnknown = Placeholder.isLength32(chunk.stated) || (promised <= 0 && total != bytes.size - 8)
      guard isUnknown else {
        return Container(
          .bytes(promised: max(0, promised), found: found, perSecond: bytesPerSecond), in: bytes)
      }
      var container = Container(.unknown, in: bytes)
      let length = min(0xFFFF_FFFF, bytes.size - chunk.offset)
      container.patches = [Patch(at: chunk.lengthOffset, ByteOrder.bigEndian.bytes(length, count: 4))]
      return container
    }
    return nil
  }

  /// Returns the bytes per second of AIFF; `nil` for codecs whose packet size the header does not state.
  private static func bytesPerSecond(common chunk: Chunk, in bytes: some ByteSource) -> Double? {
    guard let channels = bytes.number(at: chunk.offset, count: 2, .bigEndian),
      let bits = bytes.number(at: chunk.offset + 6, count: 2, .bigEndian),
      let exponent = bytes.number(at: chunk.offset + 8, count: 2, .bigEndian),
      let mantissa = bytes.number(at: chunk.offset + 10, count: 4, .bigEndian),
      (16_383...16_414).contains(exponent)
    else { return nil }
    let rate = mantissa >> (16_383 + 31 - exponent)
    let frames = Double(rate * channels)
    guard bytes.has("AIFC", at: 8) else { return frames * Double((bits + 7) / 8) }
    let codec = bytes.bytes(at: chunk.offset + 18, count: 4)
    switch String(decoding: codec, as: UTF8.self).lowercased() {
    case "none", "sowt", "twos", "in24", "in32", "fl32", "fl64": return frames * Double((bits + 7) / 8)
    case "ulaw", "alaw", "raw ": return frames
    default: return nil
    }
  }
}
