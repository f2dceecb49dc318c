import Audio
import Glibc
import SpeechFeatures
import Testing

@testable import Serving

@Suite struct `The intake of an utterance` {
  private func utterance() -> UtteranceIntake { UtteranceIntake(for: nil) }

  private func pcm(rate: Int = 16_000, width: Int = 2, channels: Int = 1) throws(AudioError) -> PCMFormat {
    try PCMFormat(sampleRate: rate, bytesPerSample: width, channels: channels)
  }

  /// Raw audio of 16 bits: a tone at half of the full scale.
  private func sound(seconds: Double, rate: Int = 16_000, channels: Int = 1) -> [UInt8] {
    (0..<Int(seconds * Double(rate))).flatMap { index -> [UInt8] in
      let sample = Int16(16_384 * sin(2 * Double.pi * 440 * Double(index) / Double(rate)))
      let bytes = [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
      return Array(repeating: bytes, count: channels).flatMap { $0 }
    }
  }

  /// The samples of an utterance of these bytes, in chunks of `size` bytes.
  private func hear(
    _ bytes: [UInt8], _ format: PCMFormat? = nil, size: Int = .max
  ) async throws -> [Float] {
    let format = try format ?? pcm()
    var incoming = utterance()
    var rest = bytes[...]
    while !rest.isEmpty {
      _ = try await incoming.append(Array(rest.prefix(size)), format)
      rest = rest.dropFirst(size)
    }
    return try #require(try incoming.finished().samples)
  }

  @Test func `an utterance is as long as its audio`() async throws {
    #expect(try await hear(sound(seconds: 0.5)).count == 8_000)
  }

  @Test(arguments: [1, 3, 320, 1_001])
  func `an utterance is the same in chunks of any size, even if they split a sample`(size: Int) async throws {
    let bytes = sound(seconds: 0.5)
    #expect(try await hear(bytes, size: size) == hear(bytes))
  }

  @Test func `an utterance without audio has no samples`() async throws {
    #expect(try utterance().finished().samples == [])
    #expect(try await hear([]).isEmpty)
    var incoming = utterance()
    _ = try await incoming.append([], try pcm(rate: 44_100))
    #expect(try incoming.finished().samples == [])
  }

  @Test(arguments: [8_000, 44_100, 48_000], [1, 2, 6])
  func `an utterance can have any sample rate and any number of channels`(rate: Int, channels: Int)
    async throws
  {
    let format = try pcm(rate: rate, channels: channels)
    let heard = try await hear(sound(seconds: 0.5, rate: rate, channels: channels), format, size: 1_000)
    #expect(abs(heard.count - 8_000) <= 1)
    // It holds the same tone: the same band is the loudest.
    #expect(loudestBand(of: heard, 25) == loudestBand(of: try await hear(sound(seconds: 0.5)), 25))
  }

  @Test func `an utterance that changes its format between chunks loses no audio`() async throws {
    var incoming = utterance()
    let formats = [(16_000, 1), (44_100, 2), (8_000, 1), (16_000, 1), (48_000, 1)]
    for (rate, channels) in formats {
      _ = try await incoming.append(
        sound(seconds: 0.2, rate: rate, channels: channels),
        try pcm(rate: rate, channels: channels))
    }
    let heard = try #require(try incoming.finished().samples)
    #expect(abs(heard.count - 16_000) <= 5)
  }

  @Test func `half a sample is dropped when the format changes`() async throws {
    var incoming = utterance()
    _ = try await incoming.append([1], try pcm())
    _ = try await incoming.append([128, 128], try pcm(width: 1))
    #expect(try incoming.finished().samples?.count == 2)
  }

  private func loudestBand(of samples: [Float], _ frame: Int) -> Int? {
    var extractor = LogMelExtractor(bandCount: 80)
    extractor.append(samples.span)
    let frames = extractor.finished()
    let values = frames.values[frame * frames.bandCount..<(frame + 1) * frames.bandCount]
    return zip(0..., values).max { $0.1 < $1.1 }?.0
  }
}

extension UtteranceAudio {
  /// The samples of an utterance that began without a recognizer.
  var samples: [Float]? {
    if case .samples(let samples, _) = self { samples } else { nil }
  }
}
