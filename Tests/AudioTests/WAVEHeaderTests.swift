import Support
import Testing

@testable import Audio

@Suite struct `WAV headers` {
  private func header(_ bytes: [UInt8]) -> Container? {
    Container.riff(MemoryBytes(bytes))
  }

  private let second = [UInt8](repeating: 0, count: 32_000)

  @Test func `a WAV header promises the audio's length`() throws {
    let header = try #require(self.header(WAVEFile(audio: second).bytes))
    #expect(header.promise == .bytes(promised: 32_000, found: 32_000, perSecond: 32_000))
    #expect(!header.promise.isCutOff)
    #expect(header.patches.isEmpty)
  }

  @Test(arguments: [0, 1, 2, 31_998, 31_999])
  func `the WAV header of a file that was cut off promises more than it has`(found: Int) throws {
    let bytes = WAVEFile(promised: 32_000, audio: Array(second.prefix(found))).bytes
    let header = try #require(self.header(bytes))
    #expect(header.promise == .bytes(promised: 32_000, found: found, perSecond: 32_000))
    #expect(header.promise.isCutOff)
  }

  @Test(arguments: [0x7FFF_0000, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0024, 0xFFFF_FFFF])
  func `a WAV header with a placeholder for the length promises nothing`(length: Int) throws {
    let header = try #require(self.header(WAVEFile(promised: length, audio: second).bytes))
    #expect(header.promise == .unknown)
    #expect(!header.promise.isCutOff)
  }

  @Test(arguments: [0x7FFE_0000, 0x9000_0000, 0xFFFE_FFFF])
  func `a WAV header promises lengths above 2 GiB`(length: Int) throws {
    let header = try #require(self.header(WAVEFile(promised: length, audio: second).bytes))
    #expect(header.promise == .bytes(promised: length, found: 32_000, perSecond: 32_000))
  }

  @Test(arguments: [0, 8, 36, 0xFFFF_FFFF])
  func `a WAV header with a length of 0 promises nothing unless the file ends there`(riffLength: Int) throws {
    let bytes = WAVEFile(riffLength: riffLength, promised: 0, audio: second).bytes
    let header = try #require(self.header(bytes))
    #expect(header.promise == .unknown)
    #expect(header.patches == [Patch(at: 40, [0xFF, 0xFF, 0xFF, 0xFF])])
    let empty = try #require(self.header(WAVEFile().bytes))
    #expect(empty.promise == .bytes(promised: 0, found: 0, perSecond: 32_000))
    #expect(empty.patches.isEmpty)
  }

  @Test func `a WAV header with a chunk after the audio promises less than the file has`() throws {
    let list = (name: "LIST", content: [UInt8]("INFO".utf8))
    let header = try #require(self.header(WAVEFile(trailers: [list], audio: second).bytes))
    #expect(header.promise == .bytes(promised: 32_000, found: 32_012, perSecond: 32_000))
  }

  @Test(arguments: [0, 1, 2, 3, 255])
  func `chunks of even and odd lengths before the audio of a WAV file are skipped`(length: Int) throws {
    let extra = (name: "LIST", content: [UInt8](repeating: 0x64, count: length))
    let bytes = WAVEFile(extras: [extra, extra], audio: second).bytes
    let header = try #require(self.header(bytes))
    #expect(header.promise == .bytes(promised: 32_000, found: 32_000, perSecond: 32_000))
  }

  @Test func `the content of a WAV chunk is not parsed as a chunk`() throws {
    let trap = (name: "LIST", content: WAVEFile.chunk("data", [1, 2, 3, 4]))
    let header = try #require(self.header(WAVEFile(extras: [trap], audio: second).bytes))
    #expect(header.promise == .bytes(promised: 32_000, found: 32_000, perSecond: 32_000))
  }

  @Test func `a WAV file without a complete audio chunk header has no header`() {
    let bytes = WAVEFile(audio: second).bytes
    for length in 0..<44 { #expect(header(Array(bytes.prefix(length))) == nil, "\(length) bytes") }
    #expect(header(Array(bytes.prefix(44)))?.promise.isCutOff == true)
  }

  @Test(arguments: ["riff", "FORM", "fLaC", "OggS", "\0\0\0\0"])
  func `a file of another format has no WAV header`(name: String) {
    #expect(header(Array(name.utf8) + WAVEFile(audio: second).bytes.dropFirst(4)) == nil)
    #expect(header([]) == nil)
    #expect(header(Array("RIFF\u{4}\0\0\0AVI ".utf8)) == nil)
  }

  @Test func `audio after a thousand other chunks of a WAV file is found`() throws {
    let extras = (0..<1_000).map { _ in (name: "LIST", content: [UInt8]("INFO".utf8)) }
    let bytes = WAVEFile(promised: 64_000, extras: extras, audio: second).bytes
    #expect(try #require(header(bytes)).promise == .bytes(promised: 64_000, found: 32_000, perSecond: 32_000))
  }

  /// Returns the number of reads of a header, to detect reads without end.
  private func reads(_ bytes: [UInt8], size: Int? = nil) -> Int {
    let counter = CountingBytes(bytes, size: size)
    _ = Container.riff(counter)
    return counter.reads
  }

  @Test func `parsing a garbled WAV file ends after a number of chunks`() {
    let start = Array("RIFF\0\0\0\0WAVE".utf8)
    let empty = Array(repeating: WAVEFile.chunk("junk", []), count: 100_000).flatMap { $0 }
    #expect(header(start + empty) == nil)
    #expect(reads(start + empty) <= ChunkLayout.most + 8)
    let format = WAVEFile.chunk("fmt ", [UInt8](repeating: 0, count: 16))
    let formats = Array(repeating: format, count: 100_000).flatMap { $0 }
    #expect(header(start + formats) == nil)
    #expect(reads(start + formats) <= 3 * ChunkLayout.most + 8)
  }

  @Test(arguments: [0xFFFF_FFFF, 0xFFFF_FFFE, 0x8000_0000])
  func `parsing a WAV header ends at a chunk longer than the file`(length: Int) {
    let start = Array("RIFF\0\0\0\0WAVEjunk".utf8) + WAVEFile.number(length, 4)
    #expect(header(start + WAVEFile(audio: second).bytes) == nil)
    #expect(reads(start) < 10)
  }

  @Test func `a garbled WAV header never traps`() {
    var random = SeededGenerator(seed: 5)
    let good = WAVEFile(extras: [(name: "LIST", content: [1, 2, 3])], audio: [0, 0]).bytes
    for _ in 0..<5_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      let cut = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      #expect(reads(cut) <= 40)
      if case .bytes(_, let found, _) = header(cut)?.promise { #expect(found >= 0) }
    }
  }
}

/// Bytes that count their reads, of a file that can claim to be longer.
final class CountingBytes: ByteSource {
  let size: Int
  private(set) var reads = 0
  private let bytes: MemoryBytes

  init(_ bytes: [UInt8], size: Int? = nil) {
    self.bytes = MemoryBytes(bytes)
    self.size = size ?? bytes.count
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    reads += 1
    return bytes.read(at: offset, into: buffer)
  }
}
