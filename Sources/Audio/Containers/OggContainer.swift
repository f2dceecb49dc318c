extension Container {
  /// Parses Ogg: pages, the last of which is marked. Streams can follow one another, like a radio station's songs; each
  /// is a part. A decoder reads FLAC without the pages.
  static func ogg(_ bytes: some ByteSource) -> Container? {
    guard bytes.has("OggS", at: 0) else { return nil }
    var links: [OggLink] = []
    var last: OggPage?
    for page in OggPage.all(in: bytes) {
      if page.isFirstOfStream, last?.isFirstOfStream != true {
        links.append(OggLink(page, in: bytes))
      } else {
        links.indices.last.map { links[$0].append(page, in: bytes) }
      }
      last = page
    }
    guard let last, !links.isEmpty else { return nil }
    let isThere = last.isLastOfStream && last.end <= bytes.size
    var container = Container(.endMark(isThere: isThere), in: bytes)
    container.parts = links.map { link in
      let ranges = link.flacRanges.isEmpty ? [link.range] : link.flacRanges
      return ranges.map { $0.clamped(to: 0..<bytes.size) }
    }
    return container
  }
}

/// Streams that begin together.
private struct OggLink {
  private(set) var range: Range<Int>
  /// The bodies of FLAC's pages, which concatenated are a FLAC file.
  private(set) var flacRanges: [Range<Int>] = []
  private var flacSerial: Int?

  init(_ page: OggPage, in bytes: some ByteSource) {
    range = page.offset..<page.end
    lookForFLAC(page, in: bytes)
  }

  mutating func append(_ page: OggPage, in bytes: some ByteSource) {
    range = range.lowerBound..<page.end
    if page.isFirstOfStream, flacSerial == nil { return lookForFLAC(page, in: bytes) }
    if page.serial == flacSerial { flacRanges.append(page.bodyOffset..<page.end) }
  }

  /// Detects FLAC: the first packet is the beginning of a FLAC file after nine bytes, which old files omit.
  private mutating func lookForFLAC(_ page: OggPage, in bytes: some ByteSource) {
    let isMapped = bytes.has("\u{7F}FLAC", at: page.bodyOffset)
    guard isMapped && page.bodyLength > 9 || bytes.has("fLaC", at: page.bodyOffset) else { return }
    flacSerial = page.serial
    flacRanges = [page.bodyOffset + (isMapped ? 9 : 0)..<page.end]
  }
}
