extension Container {
  /// Parses the variants of WAV: RIFF, RIFX (big-endian), RF64 and BW64 (64-bit lengths).
  static func riff(_ bytes: some ByteSource) -> Container? {
    guard bytes.has("WAVE", at: 8) else { return nil }
    let isLong = bytes.has("RF64", at: 0) || bytes.has("BW64", at: 0)
    let isBigEndian = bytes.has("RIFX", at: 0)
    guard isLong || isBigEndian || bytes.has("RIFF", at: 0) else { return nil }
    var header = RIFFHeader(bytes, isLong: isLong, order: isBigEndian ? .bigEndian : .littleEndian)
    for chunk in ChunkLayout(order: header.order).chunks(in: bytes, from: 12) {
      if chunk.isNamed("fmt ") { header.readFormat(chunk, in: bytes) }
      if chunk.isNamed("ds64") { header.readLongLengths(chunk, in: bytes) }
      if chunk.isNamed("data") { return header.container(audio: chunk, in: bytes) }
    }
    return nil
  }
}

/// The header of a WAV file.
private struct RIFFHeader {
  let isLong: Bool
  let order: ByteOrder
  /// The number of bytes after the first eight according to the header.
  private var total: Int
  private var bytesPerSecond: Double?
  private var formatTag = 0
  /// The 64-bit lengths: their offset, and the length of the audio.
  private var longLengths: (offset: Int, audio: Int)?

  init(_ bytes: some ByteSource, isLong: Bool, order: ByteOrder) {
    self.isLong = isLong
    self.order = order
    total = bytes.number(at: 4, count: 4, order) ?? 0
  }

  mutating func readFormat(_ chunk: Chunk, in bytes: some ByteSource) {
    formatTag = bytes.number(at: chunk.offset, count: 2, order) ?? 0
    if formatTag == 0xFFFE { formatTag = bytes.number(at: chunk.offset + 24, count: 2, order) ?? 0 }
    // Codecs other than integers, floats, A-law and µ-law only estimate it.
    guard [1, 3, 6, 7].contains(formatTag) else { return }
    bytesPerSecond = bytes.number(at: chunk.offset + 8, count: 4, order).flatMap { $0 > 0 ? Double($0) : nil }
  }

  mutating func readLongLengths(_ chunk: Chunk, in bytes: some ByteSource) {
    guard isLong, let all = bytes.number(at: chunk.offset, count: 8, order),
      let audio = bytes.number(at: chunk.offset + 8, count: 8, order)
    else { return }
    longLengths = (chunk.offset, audio)
    total = all
  }

  func container(audio chunk: Chunk, in bytes: some ByteSource) -> Container {
    let found = bytes.size - chunk.offset
    let promised = promised(of: chunk, in: bytes)
    var container = Container(
      promised.map { .bytes(promised: $0, found: found, perSecond: bytesPerSecond) } ?? .unknown, in: bytes)
    // MPEG audio is read as an MPEG stream: the container only estimates its length.
    if [0x50, 0x55].contains(formatTag) {
      container.isMPEG = true
      container.parts = [[chunk.offset..<chunk.offset + min(found, promised ?? found)]]
      return container
    }
    container.patches = promised == nil ? lengthPatches(chunk, found) : []
    // libsndfile knows RF64 but not BW64; without 64-bit lengths it is RIFF.
    if isLong, container.patches.first?.range.lowerBound != 0 {
      let isKnown = promised != nil || longLengths != nil
      container.patches.insert(Patch(at: 0, Array((isKnown ? "RF64" : "RIFF").utf8)), at: 0)
    }
    return container
  }

  /// Returns the bytes of audio; `nil` if the writing program did not know them.
  private func promised(of chunk: Chunk, in bytes: some ByteSource) -> Int? {
    if isLong, chunk.stated == 0xFFFF_FFFF {
      guard let (_, audio) = longLengths, !Placeholder.isLength64(audio) else { return nil }
      return audio == 0 && total != bytes.size - 8 ? nil : audio
    }
    guard !Placeholder.isLength32(chunk.stated) else { return nil }
    // A file that really has no audio states at least its total length.
    return chunk.stated == 0 && total != bytes.size - 8 ? nil : chunk.stated
  }

  /// Returns patches with the audio's true length, or with a placeholder that makes libsndfile read to the end.
  private func lengthPatches(_ chunk: Chunk, _ found: Int) -> [Patch] {
    let open = Patch(at: chunk.lengthOffset, order.bytes(0xFFFF_FFFF, count: 4))
    let lengths = order.bytes(chunk.offset + found - 8, count: 8) + order.bytes(found, count: 8)
    if let longLengths { return [Patch(at: longLengths.offset, lengths), open] }
    guard found >= 0xFFFF_FFFF, order == .littleEndian else { return [open] }
    // Longer than 32 bits can state: as RF64, without a frame count and a table of other chunks.
    let start = Array("RF64".utf8) + order.bytes(0xFFFF_FFFF, count: 4) + Array("WAVEds64".utf8)
    return [
      Patch(0..<12, start + order.bytes(28, count: 4) + lengths + [UInt8](repeating: 0, count: 12)), open,
    ]
  }
}
