import Support
import Testing

@testable import Audio

@Suite struct `Resampling` {
  private static let rates = [1_000, 8_000, 11_025, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 384_000]

  /// Resamples in pieces of the given size; the last can be shorter.
  private func resample(_ samples: [Float], from rate: Int, size: Int = .max) throws -> [Float] {
    var resampler = try Resampler(from: rate, to: 16_000, source: "a")
    var result: [Float] = []
    var rest = samples[...]
    while !rest.isEmpty {
      result += try resampler.append(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    return result + (try resampler.finish())
  }

  @Test(arguments: rates)
  func `a resampled second has the length of a second`(rate: Int) throws {
    let count = try resample(tone(100, rate: rate, seconds: 1), from: rate).count
    #expect(abs(count - 16_000) <= 1)
  }

  @Test(arguments: rates)
  func `a resampled tone keeps its pitch, level and position`(rate: Int) throws {
    let hertz = min(1_000, Double(rate) / 4)
    let result = try resample(tone(hertz, rate: rate, seconds: 1), from: rate)
    let ideal = tone(hertz, rate: 16_000, seconds: 1)
    // Except the ends, where the filter includes the surrounding silence.
    let middle = 4_000..<12_000
    #expect(difference(result[middle], ideal[middle]) < 1e-4)
  }

  @Test(arguments: [24_000, 44_100, 48_000])
  func `a tone too high for 16 kHz is removed without aliasing`(rate: Int) throws {
    let result = try resample(tone(10_000, rate: rate, seconds: 1), from: rate)
    #expect(result[4_000..<12_000].allSatisfy { abs($0) < 1e-4 })
  }

  @Test(arguments: [8_000, 11_025, 44_100, 48_000, 384_000], [1, 7, 160, 4_801])
  func `resampling gives the same samples for pieces of any size`(rate: Int, size: Int) throws {
    let signal = tone(440, rate: rate, seconds: 0.25)
    let whole = try resample(signal, from: rate)
    #expect(difference(try resample(signal, from: rate, size: size), whole) < 1e-6)
  }

  @Test(arguments: [8_000, 44_100])
  func `resampling keeps very quiet audio very quiet`(rate: Int) throws {
    #expect(try resample([], from: rate).isEmpty)
    #expect(try resample([0.5], from: rate).count <= 2)
    var resampler = try Resampler(from: rate, to: 16_000, source: "a")
    #expect(try resampler.append([]).isEmpty)
  }

  @Test func `resampling a long piece loses no samples`() throws {
    let signal = tone(440, rate: 44_100, seconds: 60)
    let count = try resample(signal, from: 44_100).count
    #expect(abs(count - 60 * 16_000) <= 1)
  }

  @Test(arguments: [0, -1])
  func `a resampler with an invalid rate is an error`(rate: Int) {
    #expect(throws: AudioError.self) { try resample([0.5], from: rate) }
  }
}

@Suite struct `Audio streams` {
  private func read(
    _ bytes: [UInt8], rate: Int, channels: Int = 1, size: Int = .max
  ) throws -> [Float] {
    var stream = try PCMStream(
      format: try PCMFormat(sampleRate: rate, bytesPerSample: 2, channels: channels))
    var result: [Float] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      result += try stream.append(Array(rest.prefix(size)).span)
      rest = rest.dropFirst(size)
    }
    return result + (try stream.finish())
  }

  @Test func `an audio stream of 16 kHz is unchanged and not delayed`() throws {
    let signal = tone(440, rate: 16_000, seconds: 0.1)
    var stream = try PCMStream(
      format: try PCMFormat(sampleRate: 16_000, bytesPerSample: 2, channels: 1))
    let samples = try stream.append(signal.pcm.span)
    #expect(difference(samples, signal) <= 0x1p-15)
    #expect(try stream.finish().isEmpty)
  }

  @Test(arguments: [1, 3, 441, 1_764])
  func `an audio stream gives the same samples for pieces of any size`(size: Int) throws {
    let bytes = tone(440, rate: 44_100, seconds: 0.2).interleaved(2).pcm
    let whole = try read(bytes, rate: 44_100, channels: 2)
    #expect(abs(whole.count - 3_200) <= 1)
    #expect(difference(try read(bytes, rate: 44_100, channels: 2, size: size), whole) < 1e-6)
  }

  @Test func `an audio stream returns its last samples once`() throws {
    var stream = try PCMStream(
      format: try PCMFormat(sampleRate: 8_000, bytesPerSample: 2, channels: 1))
    let first = try stream.append(tone(440, rate: 8_000, seconds: 0.1).pcm.span)
    let last = try stream.finish()
    #expect(abs(first.count + last.count - 1_600) <= 1)
    #expect(try stream.finish().isEmpty)
  }

  @Test(arguments: [8_000, 16_000, 44_100])
  func `an empty audio stream gives no samples`(rate: Int) throws {
    #expect(try read([], rate: rate).isEmpty)
    // Half a sample is dropped.
    #expect(try read([1], rate: rate).isEmpty)
  }
}
