import CSndFile
import FoundationEssentials
import Support
import Testing

@testable import Audio

/// Every container that stores a length: complete, without its length, and cut off; as a file and through a pipe.
@Suite struct `Containers with a length` {
  /// Uncompressed, so that samples can be counted.
  static let containers: [Int] = [
    SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_WAV | Int(SF_ENDIAN_BIG), SF_FORMAT_RF64, SF_FORMAT_W64,
    SF_FORMAT_AIFF, SF_FORMAT_AIFF | Int(SF_ENDIAN_LITTLE), SF_FORMAT_AU,
    SF_FORMAT_AU | Int(SF_ENDIAN_LITTLE),
    SF_FORMAT_CAF, SF_FORMAT_CAF | Int(SF_ENDIAN_LITTLE), SF_FORMAT_SVX, SF_FORMAT_NIST,
  ].map { $0 | SF_FORMAT_PCM_16 }
  static let compressed: [Int] = [
    SF_FORMAT_WAV | SF_FORMAT_ULAW, SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM,
    SF_FORMAT_WAV | SF_FORMAT_GSM610, SF_FORMAT_W64 | SF_FORMAT_ALAW, SF_FORMAT_W64 | SF_FORMAT_IMA_ADPCM,
    SF_FORMAT_AIFF | SF_FORMAT_ULAW, SF_FORMAT_AIFF | SF_FORMAT_IMA_ADPCM, SF_FORMAT_AU | SF_FORMAT_ULAW,
    SF_FORMAT_AU | SF_FORMAT_G721_32, SF_FORMAT_CAF | SF_FORMAT_ULAW, SF_FORMAT_RF64 | SF_FORMAT_ULAW,
  ]
  static let streams: [Int] = [
    SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_OGG | SF_FORMAT_OPUS,
    SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, SF_FORMAT_CAF | SF_FORMAT_ALAC_16,
  ]

  private let signal = tone(440, rate: 16_000, seconds: 2)

  /// Returns the samples of a file with these bytes, after a check that a pipe gives the same.
  private func both(_ bytes: [UInt8]) async throws -> [Float] {
    let samples = try await read(bytes)
    #expect(try readThroughPipe(bytes) == samples)
    return samples
  }

  @Test(arguments: containers)
  func `a complete uncompressed recording is read sample for sample`(format: Int) async throws {
    let samples = try await both(SoundFileWriter(format: format).bytes(of: signal))
    #expect(difference(samples, signal) < 1e-4)
  }

  @Test(arguments: compressed + streams)
  func `a complete compressed recording is read to the end`(format: Int) async throws {
    let samples = try await both(SoundFileWriter(format: format).bytes(of: signal))
    // The last packet is padded with silence.
    #expect((32_000...34_500).contains(samples.count))
  }

  @Test(arguments: containers)
  func `a recording whose recorder was killed is not read as empty`(format: Int) async throws {
    let samples = try await both(SoundFileWriter(format: format).bytes(of: signal, isClosed: false))
    #expect(difference(samples, signal) < 1e-4)
  }

  @Test(arguments: compressed)
  func `a compressed recording whose recorder was killed is not read as empty`(format: Int) async throws {
    let samples = try await both(SoundFileWriter(format: format).bytes(of: signal, isClosed: false))
    // Its last packet was not written.
    #expect((30_500...34_500).contains(samples.count))
  }

  @Test func `FLAC whose recorder was killed is read to its end`() async throws {
    let writer = SoundFileWriter(format: SF_FORMAT_FLAC | SF_FORMAT_PCM_16)
    let samples = try await both(writer.bytes(of: signal, isClosed: false))
    #expect(samples.count > 16_000)
    // Within a packet, too.
    let whole = try await writer.bytes(of: signal, isClosed: false)
    #expect(try await both(Array(whole.dropLast(100))).count > 12_000)
  }

  @Test(arguments: containers + compressed + streams, [0.3, 0.6, 0.99])
  func `a recording that was cut off is never read as complete`(format: Int, part: Double) async throws {
    let whole = try await SoundFileWriter(format: format).bytes(of: signal)
    let bytes = Array(whole.prefix(Int(part * Double(whole.count))))
    let error = try await #require(throws: AudioError.self) { try await read(bytes) }
    let piped = try #require(throws: AudioError.self) { try readThroughPipe(bytes) }
    #expect(piped.isCutOff, "\(piped)")
    #expect(error.isCutOff, "\(error)")
  }

  @Test(arguments: containers)
  func `the error for a recording that was cut off states both lengths`(format: Int) async throws {
    let whole = try await SoundFileWriter(format: format).bytes(of: signal)
    let error = try await #require(throws: AudioError.self) { try await read(whole.dropLast(16_000)) }
    #expect(error.description.hasSuffix("is cut off: its header promises 2.00 s of audio, found 1.50 s"))
  }

  @Test(arguments: containers)
  func `a recording without samples gives no samples in any container`(format: Int) async throws {
    #expect(try await both(SoundFileWriter(format: format).bytes(of: [])).isEmpty)
  }
}

extension AudioError {
  /// True if the error is that audio is missing, or that none can be decoded.
  fileprivate var isCutOff: Bool {
    switch reason {
    case .truncated, .noEndMark, .unreadable: true
    default: false
    }
  }
}
