/// A page of an Ogg stream.
struct OggPage {
  /// The offset of the page.
  let offset: Int
  /// The offset of its packet data.
  let bodyOffset: Int
  /// The length of the body according to the header, in bytes.
  let bodyLength: Int
  /// The serial number of its stream.
  let serial: Int
  let isFirstOfStream: Bool
  let isLastOfStream: Bool

  var end: Int { bodyOffset + bodyLength }

  private static let fixedBytes = 27
  private static let most = fixedBytes + 255

  /// Parses the page at `offset`; `nil` if there is no complete page header.
  init?(at offset: Int, in bytes: some ByteSource) {
    let header = bytes.bytes(at: offset, count: Self.most)
    guard header.count >= Self.fixedBytes, header.starts(with: Self.mark), header[4] == 0, header[5] < 8
    else {
      return nil
    }
    let segments = Int(header[26])
    guard header.count >= Self.fixedBytes + segments else { return nil }
    self.offset = offset
    bodyOffset = offset + Self.fixedBytes + segments
    bodyLength = header[Self.fixedBytes..<Self.fixedBytes + segments].reduce(0) { $0 + Int($1) }
    serial = ByteOrder.littleEndian.number(header[14..<18])
    isFirstOfStream = header[5] & 2 != 0
    isLastOfStream = header[5] & 4 != 0
  }

  /// Returns the pages from the beginning on, skipping bytes between them.
  static func all(in bytes: some ByteSource) -> some Sequence<OggPage> {
    var offset = 0
    return AnyIterator {
      while let start = mark(in: bytes, from: offset) {
        if let page = OggPage(at: start, in: bytes) {
          offset = page.end
          return page
        }
        offset = start + 1
      }
      return nil
    }
  }

  private static let mark = Array("OggS".utf8)

  /// Returns the offset of the next page mark.
  private static func mark(in bytes: some ByteSource, from offset: Int) -> Int? {
    if bytes.has("OggS", at: offset) { return offset }
    var start = offset
    while start < bytes.size {
      let piece = bytes.bytes(at: start, count: 65_536)
      var index = 0
      while let found = piece[index...].firstIndex(of: mark[0]) {
        if found + 4 <= piece.count, piece[found..<found + 4].elementsEqual(mark) { return start + found }
        index = found + 1
      }
      // A mark can cross the edge.
      start += max(1, piece.count - 3)
      if piece.count <= 3 { return nil }
    }
    return nil
  }
}
