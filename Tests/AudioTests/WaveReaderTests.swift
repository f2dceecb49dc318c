import Support
import Testing

@testable import Audio

@Suite struct `A WAV file that arrives` {
  private func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// A WAV file of 100 frames.
  private func file(
    tag: Int = 1, bits: Int = 16, channels: Int = 1, stated: Int? = nil, before: [UInt8] = [],
    after: [UInt8] = []
  ) -> [UInt8] {
    let width = channels * bits / 8
    let audio = (0..<100 * width).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    return Array("RIFF".utf8) + number(1000, 4) + Array("WAVE".utf8) + before + Array("fmt ".utf8)
      + number(16, 4)
      + number(tag, 2) + number(channels, 2) + number(16_000, 4) + number(16_000 * width, 4)
      + number(width, 2)
      + number(bits, 2) + Array("data".utf8) + number(stated ?? audio.count, 4) + audio + after
  }

  private func samples(_ bytes: [UInt8], size: Int) throws -> [Float] {
    guard case .wave(let layout)? = RecordingKind(head: bytes, isComplete: true) else { return [] }
    var reader = try WaveReader(layout, source: "a.wav")
    var samples: [Float] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      samples += try reader.append(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    return samples + (try reader.finish())
  }

  @Test(arguments: [8, 16, 24, 32], [1, 2])
  func `it has the samples that a complete file has, in pieces of any size`(bits: Int, channels: Int) throws {
    let bytes = file(bits: bits, channels: channels, after: Array("LIST".utf8) + number(4, 4) + [1, 2, 3, 4])
    var whole = try AudioReader(bytes, name: "a.wav")
    var expected: [Float] = []
    while let more = try whole.next() { expected += more }
    for size in [1, 3, 50, 10_000] { #expect(try samples(bytes, size: size) == expected) }
  }

  @Test func `other chunks can be before the samples`() throws {
    let list = Array("LIST".utf8) + number(3, 4) + [1, 2, 3, 0]
    #expect(try samples(file(before: list), size: 5).count == 100)
  }

  @Test func `a length that the writer did not know lasts to the end`() throws {
    #expect(try samples(file(stated: 0xFFFF_FFFF), size: 7).count == 100)
  }

  @Test func `a file that ends early is refused with both durations`() {
    #expect(
      throws: AudioError(source: "a.wav", reason: .truncated(promisedSeconds: 0.0125, foundSeconds: 0.00625))
    ) {
      try samples(file(stated: 400), size: 64)
    }
  }

  @Test func `codecs other than integers wait for the whole file`() {
    #expect(RecordingKind(head: file(tag: 3, bits: 32), isComplete: false) == .other)
    #expect(RecordingKind(head: file(tag: 7, bits: 8), isComplete: false) == .other)
    #expect(RecordingKind(head: file(stated: 0), isComplete: false) == .other)
  }

  @Test func `half a header needs more bytes`() {
    let bytes = file()
    for count in 0..<44 { #expect(RecordingKind(head: Array(bytes.prefix(count)), isComplete: false) == nil) }
    #expect(RecordingKind(head: Array(bytes.prefix(20)), isComplete: true) == .other)
  }

  @Test func `a format that only other programs read has its name`() {
    let webm: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3] + Array(repeating: 0, count: 20) + Array("webm".utf8)
    #expect(RecordingKind(head: webm + Array(repeating: 0, count: 64), isComplete: false) == .foreign("WebM"))
    let m4a: [UInt8] = [0, 0, 0, 24] + Array("ftypM4A ".utf8) + Array(repeating: 0, count: 64)
    #expect(RecordingKind(head: m4a, isComplete: false) == .foreign("M4A"))
  }
}
