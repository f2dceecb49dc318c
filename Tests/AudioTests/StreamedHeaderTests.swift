import CSndFile
import FoundationEssentials
import Glibc
import Support
import Testing

@testable import Audio

/// Headers as programs write them to a pipe, byte for byte.
@Suite struct `Headers written to a pipe` {
  private let signal = tone(440, rate: 16_000, seconds: 0.25)

  private func expectAll(_ bytes: [UInt8]) async throws {
    #expect(difference(try await read(bytes), signal) < 1e-4)
    #expect(difference(try readThroughPipe(bytes), signal) < 1e-4)
  }

  private func file(_ format: Int) async throws -> [UInt8] {
    try await SoundFileWriter(format: format | SF_FORMAT_PCM_16).bytes(of: signal)
  }

  private func rf64(_ name: String, lengths: [UInt8]?) -> [UInt8] {
    let wave = WAVEFile(promised: 0xFFFF_FFFF, audio: signal.pcm).bytes
    let long = lengths.map { WAVEFile.chunk("ds64", $0 + [0, 0, 0, 0]) } ?? []
    return Array(name.utf8) + [0xFF, 0xFF, 0xFF, 0xFF] + wave[8..<12] + long + wave[12...]
  }

  @Test(arguments: ["RF64", "BW64"], [0, -1, -8])
  func `RF64 written to a pipe with lengths of 0 is not read as empty`(name: String, length: Int) async throws
  {
    let numbers = WAVEFile.number(length, 8) + WAVEFile.number(0, 8) + WAVEFile.number(0, 8)
    try await expectAll(rf64(name, lengths: numbers))
    try await expectAll(rf64(name, lengths: nil))
  }

  @Test(arguments: ["RIFF", "RF64"])
  func `WAV written to a pipe can have more than 4 GiB of audio`(name: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending(path: "long.wav").path
      var header = Array(WAVEFile(riffLength: 0xFFFF_FFFF, promised: 0xFFFF_FFFF, audio: []).bytes)
      header.replaceSubrange(0..<4, with: Array(name.utf8))
      try Data(header).write(to: URL(filePath: path))
      let size = 5 << 30
      // A hole, which takes no space on the disk.
      #expect(truncate(path, size) == 0)
      #expect(try AudioReader(path: path).seconds == Double((size - header.count) / 2) / 16_000)
    }
  }

  @Test func `BW64 with lengths is read if complete and an error if cut off`() async throws {
    let size = signal.count * 2
    let numbers = WAVEFile.number(size + 72, 8) + WAVEFile.number(size, 8) + WAVEFile.number(signal.count, 8)
    let whole = rf64("BW64", lengths: numbers)
    try await expectAll(whole)
    await #expect(throws: AudioError.self) { try await read(whole.dropLast(2_000)) }
  }

  @Test func `Wave64 written to a pipe, with a placeholder or no length, is read`() async throws {
    let whole = try await file(SF_FORMAT_W64)
    for length in [-1, Int.max, 0, 23, 24] {
      var bytes = whole
      bytes.replaceSubrange(16..<24, with: WAVEFile.number(length == 23 ? 0 : length, 8))
      let place = try #require(bytes.firstRange(of: Array("data".utf8))?.lowerBound)
      bytes.replaceSubrange(place + 16..<place + 24, with: WAVEFile.number(length, 8))
      try await expectAll(bytes)
    }
  }

  @Test(arguments: [-1, 0, 4])
  func `CAF written to a pipe, with a length of -1 or an edit count only, is read`(length: Int) async throws {
    var bytes = try await file(SF_FORMAT_CAF)
    let place = try #require(bytes.firstRange(of: Array("data".utf8))?.lowerBound)
    bytes.replaceSubrange(place + 4..<place + 12, with: WAVEFile.number(length, 8).reversed())
    try await expectAll(bytes)
  }

  @Test(arguments: [(0, 0), (0xFFFF_FFF8, 8), (0x7F00_0050, 0x7F00_0008), (0xFFFF_FFFF, 0xFFFF_FFFF)])
  func `AIFF written to a pipe, with a length of 0 or the maximum, is read`(
    all: Int, length: Int
  ) async throws {
    var bytes = try await file(SF_FORMAT_AIFF)
    bytes.replaceSubrange(4..<8, with: WAVEFile.number(all, 4).reversed())
    let place = try #require(bytes.firstRange(of: Array("SSND".utf8))?.lowerBound)
    bytes.replaceSubrange(place + 4..<place + 8, with: WAVEFile.number(length, 4).reversed())
    let common = try #require(bytes.firstRange(of: Array("COMM".utf8))?.lowerBound)
    bytes.replaceSubrange(common + 10..<common + 14, with: [0, 0, 0, 0])
    try await expectAll(bytes)
  }

  @Test(arguments: [0, 0xFFFF_FFFF])
  func `AU written to a pipe, with a length of 0 or unknown, is read`(length: Int) async throws {
    var bytes = try await file(SF_FORMAT_AU)
    bytes.replaceSubrange(8..<12, with: WAVEFile.number(length, 4).reversed())
    try await expectAll(bytes)
  }

  @Test func `SPHERE written to a pipe, without a sample count, is read`() async throws {
    let bytes = try await file(SF_FORMAT_NIST)
    let text = String(decoding: bytes.prefix(1_024), as: UTF8.self)
    for line in ["sample_count -i 0000", "sample_kount -i 4000"] {
      let head = text.replacing("sample_count -i 4000", with: line)
      try await expectAll(Array(head.utf8) + bytes.dropFirst(1_024))
    }
  }
}
