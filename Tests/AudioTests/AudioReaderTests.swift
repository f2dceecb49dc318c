import CSndFile
import FoundationEssentials
import Glibc
import Support
import Testing

@testable import Audio

@Suite struct `Recordings` {
  private static let words = ["en-01.wav", "en-05.wav", "es-03.wav", "es-12.wav"]

  @Test(arguments: words)
  func `a 16 kHz 16-bit recording is read sample for sample`(name: String) throws {
    let expected = try Fixtures.samples(name)
    var reader = try AudioReader(path: Fixtures.recording(name))
    #expect(reader.seconds == Double(expected.count) / 16_000)
    #expect(reader.source == Fixtures.recording(name))
    #expect(try all(&reader) == expected)
    #expect(try reader.next() == nil)
  }

  @Test func `a FLAC recording is read`() throws {
    var reader = try AudioReader(path: Fixtures.recording("long.flac"))
    #expect(reader.seconds == 945_954.0 / 16_000)
    let samples = try all(&reader)
    #expect(samples.count == 945_954)
    // The recording begins with this one.
    let first = try Fixtures.samples("en-01.wav")
    #expect(Array(samples.prefix(first.count)) == first)
  }

  @Test func `FLAC written to a pipe, without a known length, is read to the end`() async throws {
    var bytes = Array(try Data(contentsOf: URL(filePath: Fixtures.recording("long.flac"))))
    // The lower 36 bits of the stream information's bytes 13 to 17.
    bytes[21] &= 0xF0
    bytes.replaceSubrange(22..<26, with: [0, 0, 0, 0])
    let samples = try await read(bytes)
    #expect(samples.count == 945_954)
    #expect(try readThroughPipe(bytes) == samples)
    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "a.flac")
      try Data(bytes).write(to: file)
      #expect(try AudioReader(path: file.path).seconds == .infinity)
    }
  }

  @Test func `a recording is read in pieces, not at once`() throws {
    var reader = try AudioReader(path: Fixtures.recording("long.flac"))
    #expect(try #require(try reader.next()).count == 16_384)
  }

  @Test func `reading past the end of a recording gives nil again`() throws {
    var reader = try AudioReader(path: Fixtures.recording("en-03.wav"))
    while try reader.next() != nil {}
    #expect(try reader.next() == nil)
    #expect(try reader.next() == nil)
  }

  @Test(
    arguments: [
      (1, 8, 1), (1, 16, 2), (1, 24, 3), (1, 32, 1), (3, 32, 2), (3, 64, 1),
    ])
  func `integer and float recordings of any size are read`(tag: Int, bits: Int, channels: Int) async throws {
    let signal = tone(440, rate: 16_000, seconds: 0.25).interleaved(channels)
    let audio: [UInt8] =
      switch (tag, bits) {
      case (1, 8): signal.map { UInt8($0 * 127 + 128) }
      case (1, _): signal.flatMap { WAVEFile.number(Int(Double($0) * Double(1 << (bits - 1))), bits / 8) }
      case (_, 32): signal.floats
      default: signal.flatMap { WAVEFile.number(Int(bitPattern: UInt(Double($0).bitPattern)), 8) }
      }
    let file = WAVEFile(formatTag: tag, channels: channels, bits: bits, audio: audio)
    let samples = try await read(file.bytes)
    #expect(difference(samples, tone(440, rate: 16_000, seconds: 0.25)) < (bits == 8 ? 0.02 : 1e-4))
  }

  @Test(arguments: [(8_000, 1), (44_100, 2), (48_000, 6), (1_000, 1), (384_000, 1)])
  func `a recording of any rate and channel count is read`(rate: Int, channels: Int) async throws {
    let signal = tone(220, rate: rate, seconds: 0.5).interleaved(channels)
    let samples = try await read(WAVEFile(channels: channels, rate: rate, audio: signal.pcm).bytes)
    #expect(abs(samples.count - 8_000) <= 1)
    #expect(difference(samples[2_000..<6_000], tone(220, rate: 16_000, seconds: 0.5)[2_000..<6_000]) < 1e-3)
  }

  @Test func `a float recording with samples beyond full scale is read`() async throws {
    let samples = try await read(WAVEFile(formatTag: 3, bits: 32, audio: [1.5, -65_536].floats).bytes)
    #expect(samples == [1.5, -65_536])
  }

  @Test(arguments: [0, 0x7FFF_F000, 0xFFFF_FFFF], [0, 8, 36, 0xFFFF_FFFF])
  func `WAV written to a pipe, without a known length, is read to the end`(length: Int, riffLength: Int)
    async throws
  {
    let signal = tone(440, rate: 16_000, seconds: 0.25)
    let bytes = WAVEFile(riffLength: riffLength, promised: length, audio: signal.pcm).bytes
    #expect(difference(try await read(bytes), signal) < 1e-4)
    #expect(difference(try readThroughPipe(bytes), signal) < 1e-4)
  }

  @Test func `WAV with other chunks before and after its audio is read`() async throws {
    let signal = tone(440, rate: 16_000, seconds: 0.25)
    let list = (name: "LIST", content: [UInt8]("INFOodd".utf8))
    let file = WAVEFile(extras: [list], trailers: [list], audio: signal.pcm)
    #expect(difference(try await read(file.bytes), signal) < 1e-4)
  }

  @Test func `a WAV file without samples gives no samples`() async throws {
    #expect(try await read(WAVEFile().bytes).isEmpty)
    #expect(try await read(WAVEFile(rate: 44_100).bytes).isEmpty)
    // A chunk after the audio is not audio.
    let list = (name: "LIST", content: [UInt8](repeating: 0x64, count: 400))
    #expect(try await read(WAVEFile(trailers: [list]).bytes).isEmpty)
  }

  /// The formats that the error message names, and two others.
  @Test(
    arguments: [
      (SF_FORMAT_WAV | SF_FORMAT_PCM_16, 0.001),
      (SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 0.001),
      (SF_FORMAT_W64 | SF_FORMAT_PCM_16, 0.001),
      (SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 0.001),
      (SF_FORMAT_AU | SF_FORMAT_PCM_16, 0.001),
      (SF_FORMAT_CAF | SF_FORMAT_ALAC_16, 0.001),
      (SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 0.001),
      (SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0.02),
      (SF_FORMAT_OGG | SF_FORMAT_OPUS, 0.02),
      (SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 0.02),
    ] as [(Int, Float)])
  func `each supported format is read from files and pipes`(format: Int, tolerance: Float) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending(path: "recording").path
      let signal = tone(440, rate: 16_000, seconds: 0.6)
      try write(signal, rate: 16_000, format: format, to: path)
      let bytes = try Data(contentsOf: URL(filePath: path))
      #expect(bytes.count < 60_000)
      for samples in [try read(path: path), try readThroughPipe(Array(bytes))] {
        // Some encoders pad the end or shift the beginning.
        #expect((signal.count...signal.count + 2_500).contains(samples.count))
        let middle = samples[2_000..<6_000]
        #expect(abs(level(of: 440, in: middle) - 0.5) < tolerance)
        // No other tone is audible.
        let power = middle.map { $0 * $0 }.reduce(0, +) / Float(middle.count)
        #expect(abs(power - 0.125) < tolerance)
      }
    }
  }

  @Test(arguments: ["en-03.wav", "es-03.wav"])
  func `a recording gives the same samples from a pipe as from a file`(name: String) throws {
    let bytes = Array(try Data(contentsOf: URL(filePath: Fixtures.recording(name))))
    #expect(try readThroughPipe(bytes) == (try Fixtures.samples(name)))
  }
}

/// Returns the level of a tone in samples at 16 kHz.
private func level(of hertz: Double, in samples: some Collection<Float>) -> Float {
  var (real, imaginary) = (0.0, 0.0)
  for (index, sample) in samples.enumerated() {
    let phase = 2 * Double.pi * hertz * Double(index) / 16_000
    real += Double(sample) * cos(phase)
    imaginary += Double(sample) * sin(phase)
  }
  return Float(2 * (real * real + imaginary * imaginary).squareRoot() / Double(samples.count))
}

/// Writes mono audio with libsndfile.
private func write(_ samples: [Float], rate: Int32, format: Int, to path: String) throws {
  var info = SF_INFO()
  info.samplerate = rate
  info.channels = 1
  info.format = Int32(format)
  let file = try #require(sf_open(path, Int32(SFM_WRITE), &info), "\(String(cString: sf_strerror(nil)))")
  defer { sf_close(file) }
  #expect(sf_write_float(file, samples, sf_count_t(samples.count)) == sf_count_t(samples.count))
}
