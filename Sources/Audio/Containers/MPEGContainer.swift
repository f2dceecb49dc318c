extension Container {
  /// Parses an MPEG stream, optionally with junk before it.
  ///
  /// - Parameter reach: The distance within which its beginning is searched, in bytes.
  static func mpeg(_ bytes: some ByteSource, reach: Int) -> Container? {
    guard let start = mpegStart(in: bytes, reach: reach), let first = MPEGFrame(at: start, in: bytes) else {
      return nil
    }
    var container = Container(.unknown, in: bytes)
    container.isMPEG = true
    container.parts = [[start..<bytes.size]]
    guard let count = MPEGCount(first, at: start, in: bytes) else { return container }
    let seconds = Double(count.frames * first.samples) / Double(first.rate)
    guard count.bytes > 0 else {
      if count.frames > 0 { container.promise = .seconds(seconds) }
      return container
    }
    let found = bytes.size - start
    // If another stream follows this one, the count covers only the first, and would end decoding there.
    let (end, overflow) = start.addingReportingOverflow(count.bytes)
    if !overflow, count.bytes >= first.length, bytes.size - end > tagLength + first.length,
      let next = MPEGFrame(at: end, in: bytes), next.isLike(first)
    {
      container.parts = [[start + first.length..<bytes.size]]
      return container
    }
    // Programs do not agree whether the frame with the count is counted.
    let isWhole =
      found >= count.bytes || (found + first.length >= count.bytes && endsWithFrame(in: bytes, from: start))
    container.promise = .bytes(
      promised: isWhole ? min(count.bytes, found) : count.bytes, found: found,
      perSecond: seconds > 0 ? Double(count.bytes) / seconds : nil)
    return container
  }

  /// The length of an ID3v1 tag, which can follow the stream, in bytes.
  private static let tagLength = 128

  /// Returns true if the last frame is complete.
  private static func endsWithFrame(in bytes: some ByteSource, from start: Int) -> Bool {
    var end = start
    while let frame = MPEGFrame(at: end, in: bytes) { end += frame.length }
    return end <= bytes.size
  }

  /// Returns the offset from which frames follow one another.
  private static func mpegStart(in bytes: some ByteSource, reach: Int) -> Int? {
    if isMPEG(at: 0, in: bytes, frames: 2) { return 0 }
    let head = bytes.bytes(at: 0, count: reach)
    var index = 1
    while index < head.count, let found = head[index...].firstIndex(of: 0xFF) {
      if MPEGFrame(head[found...]) != nil, isMPEG(at: found, in: bytes, frames: 4) { return found }
      index = found + 1
    }
    return nil
  }

  private static func isMPEG(at offset: Int, in bytes: some ByteSource, frames: Int) -> Bool {
    guard let first = MPEGFrame(at: offset, in: bytes) else { return false }
    var next = offset + first.length
    for _ in 1..<frames {
      guard let frame = MPEGFrame(at: next, in: bytes), frame.isLike(first) else { return false }
      next += frame.length
    }
    return true
  }
}

/// The counts in the first frame of an MP3: "Xing" or "Info" (LAME), or "VBRI" (Fraunhofer).
private struct MPEGCount {
  /// Frames of the stream; 0 if not stated.
  let frames: Int
  /// Bytes of the stream; 0 if not stated.
  let bytes: Int

  init?(_ frame: MPEGFrame, at offset: Int, in bytes: some ByteSource) {
    let side = frame.isLow ? (frame.isMono ? 9 : 17) : (frame.isMono ? 17 : 32)
    let places = [offset + 4 + side, offset + 6 + side]
    if let place = places.first(where: { bytes.has("Xing", at: $0) || bytes.has("Info", at: $0) }) {
      let flags = bytes.number(at: place + 4, count: 4, .bigEndian) ?? 0
      let numbers = [8, 12].map { bytes.number(at: place + $0, count: 4, .bigEndian) ?? 0 }
      frames = flags & 1 != 0 ? numbers[0] : 0
      self.bytes = flags & 2 != 0 ? numbers[flags & 1] : 0
    } else if bytes.has("VBRI", at: offset + 36) {
      self.bytes = bytes.number(at: offset + 46, count: 4, .bigEndian) ?? 0
      frames = bytes.number(at: offset + 50, count: 4, .bigEndian) ?? 0
    } else {
      return nil
    }
  }
}
