import Support
import Testing

@testable import Audio

@Suite struct `PCM audio` {
  private func decode(
    _ bytes: [UInt8], width: Int, channels: Int = 1, pieces: [Int] = []
  ) throws -> [Float] {
    var decoder = PCMDecoder(
      format: try PCMFormat(sampleRate: 16_000, bytesPerSample: width, channels: channels))
    var mix = ChannelMix(channels: channels, sampleRate: 16_000)
    var samples: [Float] = []
    var rest = bytes[...]
    for piece in pieces {
      samples += mix.append(decoder.append(Array(rest.prefix(piece)).span)[...])
      rest = rest.dropFirst(piece)
    }
    samples += mix.append(decoder.append(Array(rest).span)[...])
    return samples + mix.finish()
  }

  @Test(
    arguments: [
      (1, [0x00, 0x40, 0x7F, 0x80, 0x81, 0xFF], [-1, -0.5, -0x1p-7, 0, 0x1p-7, 1 - 0x1p-7]),
      (
        2, [0x00, 0x80, 0x00, 0xC0, 0xFF, 0xFF, 0x00, 0x00, 0x01, 0x00, 0x00, 0x40, 0xFF, 0x7F],
        [-1, -0.5, -0x1p-15, 0, 0x1p-15, 0.5, 1 - 0x1p-15]
      ),
      (
        3, [0x00, 0x00, 0x80, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0xFF, 0xFF, 0x7F],
        [-1, -0x1p-23, 0, 0x1p-23, 1 - 0x1p-23]
      ),
      (
        4, [0, 0, 0, 0x80, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x00, 0x01, 0, 0],
        [-1, -0x1p-31, 0, 0.5, 0x1p-23]
      ),
    ] as [(Int, [UInt8], [Float])])
  func `one-byte PCM samples are unsigned, longer ones signed and little-endian`(
    width: Int, bytes: [UInt8], samples: [Float]
  ) throws {
    #expect(try decode(bytes, width: width) == samples)
  }

  @Test(arguments: 1...4)
  func `PCM silence and full scale are the same in each sample width`(width: Int) throws {
    let low: [UInt8] = width == 1 ? [0] : Array(repeating: 0, count: width - 1) + [0x80]
    let middle: [UInt8] = width == 1 ? [0x80] : Array(repeating: 0, count: width)
    #expect(try decode(low + middle, width: width) == [-1, 0])
    for channels in [1, 2, 64] {
      let loud = Array(repeating: low, count: channels).flatMap { $0 }
      #expect(try decode(loud, width: width, channels: channels) == [-1])
    }
  }

  @Test func `PCM channels are mixed to their mean`() throws {
    #expect(
      try decode([0x00, 0x40, 0x00, 0xC0, 0x00, 0x40, 0x00, 0x00], width: 2, channels: 2) == [0, 0.25])
    #expect(try decode([0xFF, 0x80, 0x80, 0x80, 0, 0, 0, 0], width: 1, channels: 4) == [127.0 / 512, -1])
  }

  @Test(arguments: 1...4, [1, 2, 3, 6])
  func `PCM gives the same samples wherever its bytes are split`(width: Int, channels: Int) throws {
    var random = SeededGenerator(seed: 4)
    let bytes = (0..<width * channels * 9 + 1).map { _ in UInt8.random(in: 0...255, using: &random) }
    let whole = try decode(bytes, width: width, channels: channels)
    #expect(whole.count == 9 + (width * channels == 1 ? 1 : 0))
    for cut in 0...bytes.count {
      #expect(try decode(bytes, width: width, channels: channels, pieces: [cut]) == whole, "cut at \(cut)")
    }
    let single = Array(repeating: 1, count: bytes.count)
    #expect(try decode(bytes, width: width, channels: channels, pieces: single) == whole)
    for _ in 0..<50 {
      let pieces = (0..<20).map { _ in Int.random(in: 0...width * channels * 2, using: &random) }
      #expect(
        try decode(bytes, width: width, channels: channels, pieces: pieces) == whole, "pieces \(pieces)")
    }
  }

  @Test func `an incomplete PCM frame at the end is dropped`() throws {
    #expect(try decode([], width: 2).isEmpty)
    #expect(try decode([1], width: 2).isEmpty)
    #expect(try decode([0, 0, 0, 0, 0], width: 2, channels: 2).count == 1)
  }

  @Test(
    arguments: [
      (0, 2, 1, "a sample rate of 0 Hz, expected 1000 to 384000"),
      (-16_000, 2, 1, "a sample rate of -16000 Hz, expected 1000 to 384000"),
      (.max, 2, 1, "a sample rate of 9223372036854775807 Hz, expected 1000 to 384000"),
      (999, 2, 1, "a sample rate of 999 Hz, expected 1000 to 384000"),
      (384_001, 2, 1, "a sample rate of 384001 Hz, expected 1000 to 384000"),
      (16_000, 0, 1, "a sample width of 0 bytes, expected 1 to 4"),
      (16_000, 5, 1, "a sample width of 5 bytes, expected 1 to 4"),
      (16_000, .min, 1, "a sample width of -9223372036854775808 bytes, expected 1 to 4"),
      (16_000, 2, 0, "0 channels, expected 1 to 64"),
      (16_000, 2, 65, "65 channels, expected 1 to 64"),
      (16_000, 2, .max, "9223372036854775807 channels, expected 1 to 64"),
    ] as [(Int, Int, Int, String)])
  func `a PCM format out of range is rejected with its value`(
    rate: Int, width: Int, channels: Int, text: String
  ) {
    let error = #expect(throws: AudioError.self) {
      try PCMFormat(sampleRate: rate, bytesPerSample: width, channels: channels)
    }
    #expect(error?.description == text)
  }

  @Test(arguments: [1_000, 384_000], [1, 64])
  func `a PCM format at the limits is accepted`(rate: Int, channels: Int) throws {
    let format = try PCMFormat(sampleRate: rate, bytesPerSample: 4, channels: channels)
    #expect(format.bytesPerFrame == 4 * channels)
  }
}
