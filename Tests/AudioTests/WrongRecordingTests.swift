import FoundationEssentials
import Support
import Testing

@testable import Audio

@Suite struct `Unusable recordings` {
  /// Returns the error for a file with these bytes, after a check that a pipe gives the same.
  private func failure(_ bytes: [UInt8]) async throws -> AudioError {
    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "wrong.wav")
      try Data(bytes).write(to: file)
      let error = try #require(throws: AudioError.self) { try read(path: file.path) }
      #expect(error.source == file.path)
      #expect(error.description.hasPrefix("\(file.path): "))
      if bytes.count < 1 << 20 {
        let piped = try #require(throws: AudioError.self) { try readThroughPipe(bytes) }
        #expect(piped.reason == error.reason)
      }
      return error
    }
  }

  private let second = tone(440, rate: 16_000, seconds: 1)

  @Test func `an empty file is an error`() async throws {
    let error = try await failure([])
    #expect(error.reason == .empty)
    #expect(error.description.hasSuffix(": is empty, expected an audio file"))
  }

  @Test func `a directory is not an audio file`() async throws {
    try await withTemporaryDirectory { directory in
      let error = try #require(throws: AudioError.self) { try read(path: directory.path) }
      #expect(error.description == "\(directory.path): is a directory, expected an audio file")
    }
  }

  @Test(arguments: ["missing.wav", "no/such/folder/a.wav", ""])
  func `a missing recording is an error with its path`(name: String) async throws {
    let error = try #require(throws: AudioError.self) { try read(path: name) }
    #expect(error.description == "\(name): cannot be opened: no such file")
  }

  @Test func `a recording whose directory is a file is an error with its path`() async throws {
    let path = Fixtures.recording("en-01.wav") + "/below.wav"
    let error = try #require(throws: AudioError.self) { try read(path: path) }
    #expect(error.description == "\(path): cannot be opened: Not a directory")
  }

  @Test(
    arguments: [
      Array("Open the garden blinds.\n".utf8), [0], Array(repeating: 0, count: 100_000),
      Array("RIFF\0\0\0\0WAVE".utf8), Array("fLaC".utf8),
      Array("OggS".utf8),
      Array("ID3\u{4}\0\0\0\0\0\0".utf8), Array(WAVEFile(audio: [0, 0]).bytes.prefix(30)),
    ] as [[UInt8]])
  func `an unknown format is an error that lists the supported formats`(bytes: [UInt8]) async throws {
    let error = try await failure(bytes)
    guard case .unknownFormat = error.reason else {
      Issue.record("\(error)")
      return
    }
    #expect(error.description.hasSuffix("; supported are WAV, FLAC, Ogg, Opus and MP3"))
  }

  @Test(
    arguments: [
      (WAVEFile(channels: 0, audio: [0, 0]), nil),
      (WAVEFile(rate: 0, audio: [0, 0]), nil),
      (WAVEFile(rate: 999, audio: [0, 0]), "has a sample rate of 999 Hz, expected 1000 to 384000"),
      (WAVEFile(rate: 500_000, audio: [0, 0]), "has a sample rate of 500000 Hz, expected 1000 to 384000"),
      (WAVEFile(channels: 65, audio: [UInt8](repeating: 0, count: 130)), "has 65 channels, expected 1 to 64"),
      (
        WAVEFile(channels: 1_000, audio: [UInt8](repeating: 0, count: 2_000)),
        "has 1000 channels, expected 1 to 64"
      ),
      (WAVEFile(bits: 0, audio: [0, 0]), nil),
      (WAVEFile(formatTag: 0xBEEF, audio: [0, 0]), nil),
    ] as [(WAVEFile, String?)])
  func `a recording with a sample rate or channel count out of range is an error`(
    file: WAVEFile, message: String?
  ) async throws {
    let error = try await failure(file.bytes)
    if let message { #expect(error.reason == .unsupported(message)) }
  }

  @Test(arguments: [1, 2, 17_001, 31_998, 31_999])
  func `a recording shorter than its header promises is an error`(found: Int) async throws {
    let error = try await failure(WAVEFile(promised: 32_000, audio: Array(second.pcm.prefix(found))).bytes)
    #expect(error.reason == .truncated(promisedSeconds: 1, foundSeconds: Double(found) / 32_000))
  }

  @Test func `the error for a truncated recording states the promised and the found length`() async throws {
    let error = try await failure(WAVEFile(promised: 320_000, audio: second.pcm).bytes)
    #expect(
      error.description.hasSuffix(": is cut off: its header promises 10.00 s of audio, found 1.00 s"))
  }

  @Test func `a header that promises a billion samples for one second is an error`() async throws {
    let error = try await failure(WAVEFile(promised: 2_000_000_000, audio: second.pcm).bytes)
    #expect(error.reason == .truncated(promisedSeconds: 62_500, foundSeconds: 1))
  }

  @Test(arguments: [0.2, 0.5, 0.9])
  func `a FLAC file that was cut off is an error`(part: Double) async throws {
    let whole = try Data(contentsOf: URL(filePath: Fixtures.recording("long.flac")))
    let error = try await failure(Array(whole.prefix(Int(part * Double(whole.count)))))
    switch error.reason {
    case .truncated(let promised, let found):
      #expect(promised == 945_954.0 / 16_000)
      #expect(found < promised)
    case .unreadable: break
    default: Issue.record("\(error)")
    }
  }

  @Test func `a FLAC file with damage in its middle is an error`() async throws {
    var bytes = Array(try Data(contentsOf: URL(filePath: Fixtures.recording("long.flac"))))
    for index in bytes.count / 2..<bytes.count / 2 + 5_000 { bytes[index] = 0x55 }
    _ = try await failure(bytes)
  }

  @Test(
    arguments: [
      (Float.nan, AudioError.Reason.notANumber(atSecond: 0.5)),
      (.signalingNaN, .notANumber(atSecond: 0.5)),
      (.infinity, .outOfRange(.infinity, atSecond: 0.5)),
      (-.infinity, .outOfRange(-.infinity, atSecond: 0.5)),
      (1e9, .outOfRange(1e9, atSecond: 0.5)),
      (-65_537, .outOfRange(-65_537, atSecond: 0.5)),
      (.greatestFiniteMagnitude, .outOfRange(.greatestFiniteMagnitude, atSecond: 0.5)),
    ])
  func `a NaN, infinite or huge sample is an error`(value: Float, reason: AudioError.Reason) async throws {
    var samples = second
    samples[8_000] = value
    let file = WAVEFile(formatTag: 3, bits: 32, audio: samples.floats)
    #expect(try await failure(file.bytes).reason == reason)
    // In one channel of two.
    var stereo = second.interleaved(2)
    stereo[16_001] = value * 4
    let error = try await failure(WAVEFile(formatTag: 3, channels: 2, bits: 32, audio: stereo.floats).bytes)
    switch error.reason {
    case .notANumber(let second): #expect(second == 0.5 && value.isNaN)
    case .outOfRange(_, let second): #expect(second == 0.5)
    default: Issue.record("\(error)")
    }
  }

  @Test func `the error for an invalid sample states its value and time`() async throws {
    var samples = second + second
    samples[20_000] = 1e9
    let error = try await failure(WAVEFile(formatTag: 3, bits: 32, audio: samples.floats).bytes)
    #expect(error.description.hasSuffix(": the sample at 1.25 s is 1e+09, expected values between -1 and 1"))
    samples[20_000] = .nan
    let other = try await failure(WAVEFile(formatTag: 3, bits: 32, audio: samples.floats).bytes)
    #expect(other.description.hasSuffix(": the sample at 1.25 s is not a number"))
  }

  /// In formats with 64-bit lengths, the end of such a chunk overflows an integer.
  @Test(arguments: [Int.max, .max - 7, .min, -1, -8])
  func `a chunk longer than any file never traps`(length: Int) async throws {
    let length = WAVEFile.number(length, 8)
    let wave = WAVEFile(promised: 0xFFFF_FFFF, audio: second.pcm).bytes
    var rf64: [UInt8] = Array("RF64".utf8) + wave[4..<12]
    rf64 += WAVEFile.chunk("ds64", length + length + length + [0, 0, 0, 0])
    rf64 += wave[12...]
    var caf: [UInt8] = Array("caff".utf8) + [0, 1, 0, 0]
    caf += Array("desc".utf8) + [0, 0, 0, 0, 0, 0, 0, 32]
    // 16 kHz as a big-endian double; then mono of 16 bits.
    caf += [0x40, 0xCF, 0x40, 0, 0, 0, 0, 0] + Array("lpcm".utf8)
    caf += [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 16]
    let free = Array("free".utf8) + length.reversed() + second.pcm
    let data = Array("data".utf8) + length.reversed() + second.pcm
    for bytes in [rf64, caf + free, caf + data] {
      // Any result, but no trap.
      _ = try? await read(bytes)
      _ = try? readThroughPipe(bytes)
    }
  }

  @Test(arguments: ["en-01.wav", "long.flac"])
  func `a recording damaged at random gives an error or audio, never a trap`(name: String) throws {
    let whole = Array(try Data(contentsOf: URL(filePath: Fixtures.recording(name))).prefix(40_000))
    var random = SeededGenerator(seed: 6)
    for _ in 0..<200 {
      var bytes = whole
      // Mostly in the header, where damage has the largest effect.
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let index = Int.random(in: 0..<(Bool.random(using: &random) ? 64 : bytes.count), using: &random)
        bytes[index] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? readThroughPipe(bytes)
    }
  }

  @Test(
    arguments: [
      (0.0, "0.00 s"), (0.05, "0.05 s"), (59.996, "60.00 s"), (1e300, "1e+300 s"), (.infinity, "inf s"),
      (.nan, "nan s"),
    ])
  func `the error for an invalid sample formats times of any length`(seconds: Double, text: String) {
    let error = AudioError(source: "a", reason: .notANumber(atSecond: seconds))
    #expect(error.description == "a: the sample at \(text) is not a number")
  }
}
