import Audio
import Glibc
import NIOCore
import SpeechFeatures
import Testing
import WyomingProtocol

@testable import WyomingServer

@Suite struct `The intake of an utterance` {
  private func utterance() -> UtteranceIntake { UtteranceIntake(for: nil) }

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
    _ bytes: [UInt8], _ format: Session.AudioFormat = Session.AudioFormat(), size: Int = .max
  ) async throws -> [Float] {
    var incoming = utterance()
    var rest = bytes[...]
    while !rest.isEmpty {
      _ = try await incoming.append(ByteBuffer(bytes: rest.prefix(size)), format)
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
    _ = try await incoming.append(ByteBuffer(), Session.AudioFormat(rate: 44_100))
    #expect(try incoming.finished().samples == [])
  }

  @Test(arguments: [8_000, 44_100, 48_000], [1, 2, 6])
  func `an utterance can have any sample rate and any number of channels`(rate: Int, channels: Int)
    async throws
  {
    let format = Session.AudioFormat(rate: rate, width: 2, channels: channels)
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
        ByteBuffer(bytes: sound(seconds: 0.2, rate: rate, channels: channels)),
        Session.AudioFormat(rate: rate, width: 2, channels: channels))
    }
    let heard = try #require(try incoming.finished().samples)
    #expect(abs(heard.count - 16_000) <= 5)
  }

  @Test func `half a sample is dropped when the format changes`() async throws {
    var incoming = utterance()
    _ = try await incoming.append(ByteBuffer(bytes: [1]), Session.AudioFormat())
    _ = try await incoming.append(ByteBuffer(bytes: [128, 128]), Session.AudioFormat(width: 1))
    #expect(try incoming.finished().samples?.count == 2)
  }

  @Test(
    arguments: [
      (Session.AudioFormat(rate: 0), "a sample rate of 0 Hz, expected 1000 to 384000"),
      (Session.AudioFormat(rate: -16_000), "a sample rate of -16000 Hz, expected 1000 to 384000"),
      (Session.AudioFormat(rate: .max), "a sample rate of 9223372036854775807 Hz, expected 1000 to 384000"),
      (Session.AudioFormat(width: 0), "a sample width of 0 bytes, expected 1 to 4"),
      (Session.AudioFormat(width: 5), "a sample width of 5 bytes, expected 1 to 4"),
      (Session.AudioFormat(channels: 0), "0 channels, expected 1 to 64"),
      (Session.AudioFormat(channels: 65), "65 channels, expected 1 to 64"),
    ] as [(Session.AudioFormat, String)])
  func `an audio chunk in an impossible format is refused with the value`(
    format: Session.AudioFormat, message: String
  )
    async throws
  {
    var incoming = utterance()
    _ = try await incoming.append(ByteBuffer(bytes: sound(seconds: 0.1)), Session.AudioFormat())
    do throws(ProtocolError) {
      _ = try await incoming.append(ByteBuffer(bytes: [0, 0]), format)
      Issue.record("it was taken")
    } catch {
      #expect(error == .value(event: "audio-chunk", message))
    }
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
