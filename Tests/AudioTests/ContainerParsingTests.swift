import CSndFile
import FoundationEssentials
import Support
import Testing

@testable import Audio

@Suite struct `Container headers` {
  /// A file of each container, and streams.
  private func files() async throws -> [[UInt8]] {
    let signal = tone(440, rate: 16_000, seconds: 0.1)
    var files: [[UInt8]] = []
    for format in `Containers with a length`.containers
      + `Containers with a length`.streams
    {
      files.append(try await SoundFileWriter(format: format).bytes(of: signal))
    }
    for name in ["flac.oga", "mp3.wav", "counted.mp3"] {
      files.append(Array(try Data(contentsOf: Fixtures.directory.appending(path: "containers/\(name)"))))
    }
    return files
  }

  @Test func `a damaged container header never traps and never takes long`() async throws {
    var random = SeededGenerator(seed: 9)
    for file in try await files() {
      for _ in 0..<300 {
        var bytes = file
        for _ in 0..<Int.random(in: 1...8, using: &random) {
          let index = Int.random(in: 0..<min(bytes.count, 160), using: &random)
          bytes[index] =
            [0, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random)
            ?? 0
        }
        let cut = CountingBytes(Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))))
        let container = Container.find(in: cut) ?? Container.mpeg(cut, reach: 4_096)
        #expect(cut.reads < 10_000)
        for ranges in container?.parts ?? [] {
          let spliced = SplicedBytes(cut, ranges: ranges, patches: container?.patches ?? [])
          #expect(spliced.bytes(at: 0, count: .max).count == spliced.size)
        }
      }
    }
  }

  @Test func `parsing a container header ends after a number of chunks`() {
    let junk: [[UInt8]] = [
      Array("FORM\0\0\0\0AIFF".utf8)
        + Array(repeating: Array("junk\0\0\0\0".utf8), count: 100_000).flatMap { $0 },
      Array("caff\0\u{1}\0\0".utf8)
        + Array(repeating: Array("junk\0\0\0\0\0\0\0\0".utf8), count: 100_000).flatMap { $0 },
      Array("Creative Voice File\u{1A}".utf8) + [26, 0, 0, 0, 0, 0]
        + Array(repeating: [3, 0, 0, 0], count: 100_000).flatMap { $0 },
    ]
    for bytes in junk {
      let counter = CountingBytes(bytes)
      _ = Container.find(in: counter)
      #expect(counter.reads <= 4 * ChunkLayout.most)
    }
  }
}

@Suite struct `Spliced bytes` {
  private let source = MemoryBytes(Array(0..<20))

  @Test func `spliced bytes are the concatenated ranges with their patches`() {
    let spliced = SplicedBytes(
      source, ranges: [2..<6, 10..<14], patches: [Patch(at: 3, [100]), Patch(10..<12, [101, 102, 103])])
    #expect(spliced.size == 9)
    #expect(spliced.bytes(at: 0, count: 20) == [2, 100, 4, 5, 101, 102, 103, 12, 13])
    for offset in 0..<9 {
      for count in 0..<12 {
        #expect(
          spliced.bytes(at: offset, count: count)
            == Array([2, 100, 4, 5, 101, 102, 103, 12, 13].dropFirst(offset).prefix(count)))
      }
    }
  }

  @Test func `spliced bytes can be empty`() {
    #expect(SplicedBytes(source, ranges: []).size == 0)
    #expect(SplicedBytes(source, ranges: []).bytes(at: 0, count: 1) == [])
    #expect(SplicedBytes(source, ranges: [4..<4, 7..<8]).bytes(at: 0, count: 5) == [7])
  }

  @Test func `a byte cursor seeks like a file, also past the end`() {
    let cursor = ByteCursor(source)
    #expect(cursor.seek(-3, from: .end) == 17)
    #expect(cursor.seek(.max, from: .current) == 20)
    #expect(cursor.seek(.min, from: .current) == 0)
    #expect(cursor.seek(100, from: .start) == 100)
    var byte: UInt8 = 7
    #expect(cursor.read(&byte, 1) == 0)
    #expect(cursor.isAtEnd)
  }
}
