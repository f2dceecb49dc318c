/// The header of an MPEG audio frame, layer 1 to 3.
struct MPEGFrame: Equatable {
  /// The length of the frame including its header, in bytes.
  let length: Int
  /// Samples per channel.
  let samples: Int
  /// The sample rate, in hertz.
  let rate: Int
  let isMono: Bool
  /// The layer: 1, 2 or 3.
  let layer: Int
  /// True for the lower sample rates of MPEG-2 and 2.5.
  let isLow: Bool

  /// Parses the frame header at `offset`; `nil` if there is none, or one of free format.
  init?(at offset: Int, in bytes: some ByteSource) {
    self.init(bytes.bytes(at: offset, count: 4)[...])
  }

  init?(_ header: ArraySlice<UInt8>) {
    guard header.count >= 4 else { return nil }
    let bytes = header.prefix(4).map { Int($0) }
    let (version, layer) = (bytes[1] >> 3 & 3, 4 - (bytes[1] >> 1 & 3))
    let (bitrate, rate) = (bytes[2] >> 4, bytes[2] >> 2 & 3)
    guard bytes[0] == 0xFF, bytes[1] >> 5 == 7, version != 1, layer < 4, (1...14).contains(bitrate), rate < 3
    else {
      return nil
    }
    isLow = version != 3
    self.layer = layer
    // MPEG-2 halves the rates of MPEG-1, and MPEG-2.5 those of MPEG-2.
    self.rate = [44_100, 48_000, 32_000][rate] >> [2, 0, 1, 0][version]
    samples = layer == 1 ? 384 : layer == 3 && isLow ? 576 : 1_152
    isMono = bytes[3] >> 6 == 3
    let bits = Self.kilobits(layer: layer, isLow: isLow)[bitrate - 1] * 1_000
    let padding = bytes[2] >> 1 & 1
    length = layer == 1 ? (12 * bits / self.rate + padding) * 4 : samples / 8 * bits / self.rate + padding
  }

  /// Returns true if both can be frames of one stream.
  func isLike(_ other: MPEGFrame) -> Bool {
    rate == other.rate && layer == other.layer && isLow == other.isLow
  }

  private static func kilobits(layer: Int, isLow: Bool) -> [Int] {
    switch (layer, isLow) {
    case (1, false): [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448]
    case (2, false): [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
    case (_, false): [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    case (1, true): [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
    default: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
    }
  }
}
