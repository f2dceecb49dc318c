extension Container {
  /// Parses Apple's Core Audio Format. Its audio can have the length -1, "up to the end".
  static func coreAudio(_ bytes: some ByteSource) -> Container? {
    guard bytes.has("caff", at: 0) else { return nil }
    let layout = ChunkLayout(lengthBytes: 8, order: .bigEndian, alignment: 1)
    var bytesPerSecond: Double?
    for chunk in layout.chunks(in: bytes, from: 8) {
      if chunk.isNamed("desc") { bytesPerSecond = Self.bytesPerSecond(description: chunk, in: bytes) }
      guard chunk.isNamed("data") else { continue }
      // A four-byte edit count precedes the samples.
      let found = max(0, bytes.size - chunk.offset - 4)
      let promised = chunk.length - 4
      let isUnknown =
        Placeholder.isLength64(chunk.stated)
        || (promised <= 0 && found > 0 && !layout.isTiled(by: bytes, from: chunk.offset + chunk.length))
      var container = Container(
        isUnknown ? .unknown : .bytes(promised: max(0, promised), found: found, perSecond: bytesPerSecond),
        in: bytes)
      // libsndfile rejects -1 and lengths beyond the end of the file.
      if isUnknown || found < promised {
        container.patches = [Patch(at: chunk.lengthOffset, ByteOrder.bigEndian.bytes(found + 4, count: 8))]
      }
      return container
    }
    return nil
  }

  private static func bytesPerSecond(description chunk: Chunk, in bytes: some ByteSource) -> Double? {
    guard let bits = bytes.number(at: chunk.offset, count: 8, .bigEndian),
      let packetBytes = bytes.number(at: chunk.offset + 16, count: 4, .bigEndian), packetBytes > 0,
      let packetFrames = bytes.number(at: chunk.offset + 20, count: 4, .bigEndian), packetFrames > 0
    else { return nil }
    let rate = Double(bitPattern: UInt64(bits))
    guard rate.isFinite, rate > 0 else { return nil }
    return rate * Double(packetBytes) / Double(packetFrames)
  }
}

extension ChunkLayout {
  /// Returns true if chunks follow one another from `offset` exactly to the end, as they do after audio of length 0 and
  /// samples do not.
  fileprivate func isTiled(by bytes: some ByteSource, from offset: Int) -> Bool {
    var end = offset
    for chunk in chunks(in: bytes, from: offset) {
      guard chunk.name.allSatisfy({ (0x20...0x7E).contains($0) }) else { return false }
      let (next, overflow) = chunk.offset.addingReportingOverflow(chunk.length)
      guard !overflow else { return false }
      end = next
    }
    return end == bytes.size
  }
}
