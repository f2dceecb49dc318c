extension Container {
  /// Parses Sun's and NeXT's AU, big-endian (".snd") or little-endian ("dns.").
  static func sunAudio(_ bytes: some ByteSource) -> Container? {
    let order: ByteOrder
    if bytes.has(".snd", at: 0) {
      order = .bigEndian
    } else if bytes.has("dns.", at: 0) {
      order = .littleEndian
    } else {
      return nil
    }
    let fields = (1...5).compactMap { bytes.number(at: 4 * $0, count: 4, order) }
    guard fields.count == 5 else { return nil }
    let (start, promised, encoding, frames) = (
      fields[0], fields[1], fields[2], Double(fields[3]) * Double(fields[4])
    )
    let found = max(0, bytes.size - start)
    // 2³²-1 is the format's value for an unknown length; a header that was never finished has 0.
    if Placeholder.isLength32(promised) || (promised == 0 && found > 0) {
      var container = Container(.unknown, in: bytes)
      container.patches = [Patch(at: 8, order.bytes(0xFFFF_FFFF, count: 4))]
      return container
    }
    let perSecond = bytesOfSample(encoding).map { $0 * frames }.flatMap { $0 > 0 ? $0 : nil }
    return Container(.bytes(promised: promised, found: found, perSecond: perSecond), in: bytes)
  }

  private static func bytesOfSample(_ encoding: Int) -> Double? {
    switch encoding {
    case 1, 2, 27: 1
    case 3: 2
    case 4: 3
    case 5, 6: 4
    case 7: 8
    case 23: 0.5
    default: nil
    }
  }
}
