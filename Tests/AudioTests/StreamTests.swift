import CSndFile
import FoundationEssentials
import Support
import Testing

@testable import Audio

/// MP3 and Ogg, which have no header for the whole file.
@Suite struct `MP3 and Ogg streams` {
  private let signal = tone(440, rate: 16_000, seconds: 1)

  private func fixture(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Fixtures.directory.appending(path: "containers/\(name)")))
  }

  private func both(_ bytes: [UInt8]) async throws -> [Float] {
    let samples = try await read(bytes)
    #expect(try readThroughPipe(bytes) == samples)
    return samples
  }

  private func reason(_ bytes: [UInt8]) async throws -> AudioError.Reason {
    let error = try await #require(throws: AudioError.self) { try await read(bytes) }
    let piped = try #require(throws: AudioError.self) { try readThroughPipe(bytes) }
    // Except the command, which contains the file's name.
    let messages = [error, piped].map { $0.description.drop { $0 != " " }.prefix { $0 != ";" } }
    #expect(messages[0] == messages[1])
    return error.reason
  }

  private func mp3() async throws -> [UInt8] {
    try await SoundFileWriter(format: SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III).bytes(of: signal)
  }

  @Test func `MP3 in a WAV container is complete and not cut off`() async throws {
    let bytes = try fixture("mp3.wav")
    #expect((9_600...12_000).contains(try await both(bytes).count))
    guard case .truncated = try await reason(bytes.dropLast(600)) else {
      Issue.record("a WAV file of MP3 that was cut off passes as whole")
      return
    }
    // Again with an unknown length.
    var streamed = bytes
    let place = try #require(bytes.firstRange(of: Array("data".utf8))?.lowerBound)
    streamed.replaceSubrange(place + 4..<place + 8, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(try await both(streamed) == both(bytes))
  }

  @Test(arguments: [1, 5_000, 100_000])
  func `MP3 after junk is read from a pipe and from a file of any name`(count: Int) async throws {
    var random = SeededGenerator(seed: 7)
    let junk = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    #expect(try await both(junk + mp3()) == both(mp3()))
  }

  @Test func `MP3 between tags is read`() async throws {
    let bytes = try await mp3()
    let tag: [UInt8] = Array("ID3".utf8) + [4, 0, 0, 0, 0, 1, 0] + [UInt8](repeating: 0, count: 128)
    let trailer = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)
    #expect(try await both(tag + tag + bytes + trailer) == both(bytes))
    let flac = try await SoundFileWriter(format: SF_FORMAT_FLAC | SF_FORMAT_PCM_16).bytes(of: signal)
    #expect(difference(try await both(tag + flac), signal) < 1e-4)
  }

  @Test func `two MP3 streams in one file are both read`() async throws {
    let bytes = try await mp3()
    #expect((2 * 16_000...2 * 18_500).contains(try await both(bytes + bytes).count))
    let bare = try fixture("counted.mp3")
    #expect(try await both(bare + bare).count > 2 * 9_600)
  }

  @Test func `MP3 with fewer frames than its frame count is cut off`() async throws {
    let bytes = try fixture("counted.mp3")
    #expect(try await both(bytes).count == 9_600)
    guard
      case .truncated(let promised, let found) = try await reason(Array(bytes.prefix(bytes.count * 6 / 10)))
    else {
      Issue.record("it passes as whole")
      return
    }
    #expect((0.6...0.75).contains(promised) && found < promised)
    // A count that was never filled in is ignored.
    var unfilled = bytes
    let place = try #require(bytes.firstRange(of: Array("Xing".utf8))?.lowerBound)
    unfilled.replaceSubrange(place + 8..<place + 16, with: [UInt8](repeating: 0, count: 8))
    #expect(try await both(Array(unfilled.prefix(bytes.count * 6 / 10))).count > 1_000)
  }

  @Test(arguments: [SF_FORMAT_VORBIS, SF_FORMAT_OPUS])
  func `an Ogg stream without its last page is cut off`(codec: Int) async throws {
    let whole = try await SoundFileWriter(format: SF_FORMAT_OGG | codec).bytes(of: signal)
    let last = try #require(Array(OggPage.all(in: MemoryBytes(whole))).last)
    for count in [last.offset, whole.count - 1, last.offset + 3] {
      guard case .noEndMark = try await reason(Array(whole.prefix(count))) else {
        Issue.record("it passes as whole")
        return
      }
    }
  }

  @Test(arguments: [SF_FORMAT_VORBIS, SF_FORMAT_OPUS])
  func `two Ogg streams in one file are both read completely`(codec: Int) async throws {
    let bytes = try await SoundFileWriter(format: SF_FORMAT_OGG | codec).bytes(of: signal)
    let once = try await both(bytes)
    #expect(try await both(bytes + bytes + bytes) == once + once + once)
    let other = try await SoundFileWriter(format: SF_FORMAT_OGG | codec, channels: 2).bytes(of: signal)
    guard case .foreign = try await reason(bytes + other) else {
      Issue.record("two formats in one file")
      return
    }
  }

  @Test func `FLAC in Ogg is read`() async throws {
    let bytes = try fixture("flac.oga")
    let samples = try await both(bytes)
    #expect(samples.count == 9_600)
    #expect(difference(samples[4_000..<8_000], tone(440, rate: 16_000, seconds: 0.6)[4_000..<8_000]) < 0.01)
    guard case .noEndMark = try await reason(Array(bytes.prefix(bytes.count * 6 / 10))) else {
      Issue.record("it passes as whole")
      return
    }
  }

  @Test func `a damaged MP3 or Ogg stream gives an error or audio, never a trap`() async throws {
    var random = SeededGenerator(seed: 8)
    for name in ["flac.oga", "mp3.wav", "speex.ogg", "counted.mp3"] {
      let whole = try fixture(name)
      for _ in 0..<100 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...8, using: &random) {
          let index = Int.random(in: 0..<(Bool.random(using: &random) ? 64 : bytes.count), using: &random)
          bytes[index] = UInt8.random(in: 0...255, using: &random)
        }
        _ = try? readThroughPipe(bytes)
      }
    }
  }
}
