import Support
import Testing

@testable import Audio

@Suite struct `A WAV file's header` {
  private func header(_ bytes: [UInt8]) -> WAVEHeader? {
    WAVEHeader(size: bytes.count) { offset, count in Array(bytes.dropFirst(offset).prefix(count)) }
  }

  private let second = [UInt8](repeating: 0, count: 32_000)

  @Test func `promises what there is`() throws {
    let header = try #require(self.header(WAVEFile(audio: second).bytes))
    #expect(header.promisedBytes == 32_000)
    #expect(header.foundBytes == 32_000)
    #expect(header.bytesPerSecond == 32_000)
    #expect(!header.isCutOff)
  }

  @Test(arguments: [0, 1, 2, 31_998, 31_999])
  func `promises more than there is in a file that was cut off`(found: Int) throws {
    let bytes = WAVEFile(promised: 32_000, audio: Array(second.prefix(found))).bytes
    let header = try #require(self.header(bytes))
    #expect(header.promisedBytes == 32_000)
    #expect(header.foundBytes == found)
    #expect(header.isCutOff)
  }

  @Test(arguments: [0x7FFF_0000, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF])
  func `promises nothing if it was written before the length was known`(length: Int) throws {
    let header = try #require(self.header(WAVEFile(promised: length, audio: second).bytes))
    #expect(header.promisedBytes == nil)
    #expect(header.foundBytes == 32_000)
    #expect(!header.isCutOff)
  }

  @Test(arguments: [0, 8, 36, 0xFFFF_FFFF])
  func `promises nothing with a length of 0 unless the file ends there, too`(riffLength: Int) throws {
    let bytes = WAVEFile(riffLength: riffLength, promised: 0, audio: second).bytes
    let header = try #require(self.header(bytes))
    #expect(header.promisedBytes == nil)
    #expect(header.zeroLengthOffset == 40)
    let empty = try #require(self.header(WAVEFile().bytes))
    #expect(empty.promisedBytes == 0)
    #expect(empty.zeroLengthOffset == nil)
    #expect(!empty.isCutOff)
  }

  @Test func `may promise less than there is, as with a chunk behind the audio`() throws {
    let list = (name: "LIST", content: [UInt8]("INFO".utf8))
    let header = try #require(self.header(WAVEFile(trailers: [list], audio: second).bytes))
    #expect(header.promisedBytes == 32_000)
    #expect(!header.isCutOff)
  }

  @Test(arguments: [0, 1, 2, 3, 255])
  func `has chunks of even and odd lengths before the audio`(length: Int) throws {
    let extra = (name: "LIST", content: [UInt8](repeating: 0x64, count: length))
    let bytes = WAVEFile(extras: [extra, extra], audio: second).bytes
    let header = try #require(self.header(bytes))
    #expect(header.promisedBytes == 32_000)
    #expect(header.foundBytes == 32_000)
  }

  @Test func `does not take a chunk's content for a chunk`() throws {
    let trap = (name: "LIST", content: WAVEFile.chunk("data", [1, 2, 3, 4]))
    #expect(try #require(header(WAVEFile(extras: [trap], audio: second).bytes)).promisedBytes == 32_000)
  }

  @Test func `is none before the audio's chunk has come whole`() {
    let bytes = WAVEFile(audio: second).bytes
    for length in 0..<44 { #expect(header(Array(bytes.prefix(length))) == nil, "\(length) bytes") }
    #expect(header(Array(bytes.prefix(44)))?.isCutOff == true)
  }

  @Test(arguments: ["RIFX", "RF64", "FORM", "fLaC", "OggS", "\0\0\0\0"])
  func `is none in other files`(name: String) {
    #expect(header(Array(name.utf8) + WAVEFile(audio: second).bytes.dropFirst(4)) == nil)
    #expect(header([]) == nil)
    #expect(header(Array("RIFF\u{4}\0\0\0AVI ".utf8)) == nil)
  }

  /// Reads without end would hang: the header is read through a counter.
  private func reads(_ bytes: [UInt8], size: Int? = nil) -> Int {
    var reads = 0
    _ = WAVEHeader(size: size ?? bytes.count) { offset, count in
      reads += 1
      return Array(bytes.dropFirst(offset).prefix(count))
    }
    return reads
  }

  @Test func `is given up after some chunks, so that a long garbled file is not walked`() {
    let start = Array("RIFF\0\0\0\0WAVE".utf8)
    let empty = Array(repeating: WAVEFile.chunk("junk", []), count: 100_000).flatMap { $0 }
    #expect(header(start + empty) == nil)
    #expect(reads(start + empty) <= 65)
    let format = WAVEFile.chunk("fmt ", [UInt8](repeating: 0, count: 16))
    let formats = Array(repeating: format, count: 100_000).flatMap { $0 }
    #expect(header(start + formats) == nil)
    #expect(reads(start + formats) <= 129)
  }

  @Test(arguments: [0xFFFF_FFFF, 0xFFFF_FFFE, 0x8000_0000])
  func `ends at a chunk that is longer than the file`(length: Int) {
    let start = Array("RIFF\0\0\0\0WAVEjunk".utf8) + WAVEFile.number(length, 4)
    #expect(header(start + WAVEFile(audio: second).bytes) == nil)
    #expect(reads(start) == 3)
  }

  @Test func `of a file that gives endless chunks of four gigabytes ends`() {
    // As a reader might that wraps around.
    var reads = 0
    let header = WAVEHeader(size: .max) { offset, count in
      reads += 1
      let bytes = offset == 0 ? Array("RIFF\0\0\0\0WAVE".utf8) : Array("junk".utf8) + [255, 255, 255, 255]
      return Array(bytes.prefix(count))
    }
    #expect(header == nil)
    #expect(reads <= 65)
  }

  @Test func `of garbage is none or a promise, never a trap`() {
    var random = SeededGenerator(seed: 5)
    let good = WAVEFile(extras: [(name: "LIST", content: [1, 2, 3])], audio: [0, 0]).bytes
    for _ in 0..<5_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      let cut = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      #expect(reads(cut) <= 129)
      if let found = header(cut)?.foundBytes { #expect(found >= 0) }
    }
  }
}
