import Glibc
import Support
import Testing

@testable import SpeechFeatures

@Suite struct `Log-mel features` {
  @Test(arguments: [80, 128]) func `the mel filter bank has NeMo's weights`(bands: Int) throws {
    let golden = try Fixtures.golden("mel-\(bands)")
    let bank = MelFilterbank(bandCount: bands, fftLength: 512, sampleRate: 16_000)
    for (index, band) in bank.bands.enumerated() {
      var row = [Float](repeating: 0, count: 257)
      row.replaceSubrange(band.firstBin..<band.firstBin + band.range.count, with: bank.weights[band.range])
      for bin in 0..<257 {
        #expect(abs(row[bin] - golden[index * 257 + bin]) < 1e-7)
      }
    }
  }

  @Test(arguments: ["en-01", "es-03", "click", "sine", "sweep"], [80, 128])
  func `normalised features agree with onnx-asr`(name: String, bands: Int) throws {
    let samples = try signal(name)
    let golden = try Fixtures.golden("features-\(name)-\(bands)")
    let frames = frames(of: samples, bands: bands)
    #expect(frames.count == samples.count / 160)
    let ours = normalized(frames)
    #expect(ours.count == golden.count)
    for (ours, golden) in zip(ours, golden) {
      // NeMo's own agreement: atol 5e-4, rtol 1e-4.
      #expect(abs(ours - golden) <= 5e-4 + 1e-4 * abs(golden))
    }
  }

  @Test(arguments: [1, 7, 159, 160, 161, 333, 4096])
  func `log-mel frames are bit-identical for every chunk size`(size: Int) throws {
    let samples = try Fixtures.samples("en-01.wav")
    let whole = frames(of: samples)
    var extractor = LogMelExtractor(bandCount: 128)
    for start in stride(from: 0, to: samples.count, by: size) {
      extractor.append(Array(samples[start..<min(start + size, samples.count)]).span)
    }
    #expect(extractor.finished() == whole)
  }

  @Test func `log-mel frames are bit-identical for chunks of random sizes, some of them empty`() throws {
    let samples = try Fixtures.samples("es-03.wav")
    let whole = frames(of: samples)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      var extractor = LogMelExtractor(bandCount: 128)
      var start = 0
      while start < samples.count {
        let end = min(samples.count, start + Int.random(in: 0...1200, using: &generator))
        extractor.append(Array(samples[start..<end]).span)
        start = end
      }
      #expect(extractor.finished() == whole)
    }
  }

  @Test func `reading the frames so far does not change later frames`() throws {
    let samples = try Fixtures.samples("en-01.wav")
    var extractor = LogMelExtractor(bandCount: 128)
    extractor.append(Array(samples[..<10_000]).span)
    let early = extractor.finished()
    #expect(early == frames(of: Array(samples[..<10_000])))
    extractor.append(Array(samples[10_000...]).span)
    #expect(extractor.finished() == frames(of: samples))
  }

  @Test(arguments: [0, 1, 159, 160, 319, 320, 360, 361, 1599, 1600])
  func `an utterance has one log-mel frame for each full hop`(count: Int) {
    let frames = frames(of: [Float](repeating: 0.1, count: count))
    #expect(frames.count == count / 160)
    #expect(normalized(frames).allSatisfy { $0.isFinite })
  }

  @Test func `an utterance shorter than the minimum is padded with silence`() {
    var extractor = LogMelExtractor(bandCount: 128)
    extractor.append([0.5].span)
    let frames = extractor.finished(minimum: 10)
    #expect(frames.count == 10)
    #expect(normalized(frames).allSatisfy { $0.isFinite })
  }

  @Test func `normalising no frame or a single frame gives zeros`() {
    #expect(normalized(frames(of: [])).isEmpty)
    #expect(normalized(frames(of: [Float](repeating: 0.3, count: 200))).allSatisfy { $0 == 0 })
  }

  @Test func `digital silence is normalised to zeros, not to rounding errors`() {
    let frames = frames(of: [Float](repeating: 0, count: 48_000))
    #expect(normalized(frames).allSatisfy { abs($0) < 1e-3 })
  }

  @Test func `a bucket is zero after its last frame`() throws {
    let frames = frames(of: try Fixtures.samples("en-01.wav"))
    let exact = normalized(frames)
    let width = frames.count + 37
    let padded = normalized(frames, width: width)
    for band in 0..<128 {
      let row = padded[band * width..<(band + 1) * width]
      #expect(
        Array(row.prefix(frames.count)) == Array(exact[band * frames.count..<(band + 1) * frames.count]))
      #expect(row.dropFirst(frames.count).allSatisfy { $0 == 0 })
    }
  }

  /// A recording with its peak at `decibels` dBFS, with noise at `noise` times the peak.
  private func speech(_ decibels: Float, noise: Float = 0.01) throws -> [Float] {
    var generator = SeededGenerator(seed: 5)
    let samples = try Fixtures.samples("en-01.wav")
    let loudest = samples.map(abs).max() ?? 1
    return samples.map {
      pow(10, decibels / 20) * ($0 / loudest + noise * Float.random(in: -1...1, using: &generator))
    }
  }

  @Test(arguments: [-10, -6, -3, 3] as [Float])
  func `a gain changes normalised features only through the logarithm's guard`(decibels: Float) throws {
    let ordinary = normalized(frames(of: try speech(-6, noise: 0.3)))
    let other = normalized(frames(of: try speech(-6 + decibels, noise: 0.3)))
    let differences = zip(ordinary, other).map { abs($0 - $1) }
    // The guard is felt where a band has next to no energy.
    #expect(differences.reduce(0, +) / Float(differences.count) < 0.002)
    #expect(differences.count { $0 > 0.05 } < differences.count / 200)
  }

  @Test(arguments: [80, 128]) func `speech at an ordinary level is not amplified`(bands: Int) throws {
    for recording in ["en-01.wav", "es-05.wav"] {
      let frames = frames(of: try Fixtures.samples(recording), bands: bands)
      #expect(frames.amplified(0..<frames.count, upTo: 60) == frames)
    }
  }

  @Test(arguments: [-40, -50, -60] as [Float])
  func `amplified quiet speech has the features of louder speech`(decibels: Float) throws {
    let quiet = frames(of: try speech(decibels))
    let plain = normalized(quiet)
    let amplified = normalized(quiet.amplified(0..<quiet.count, upTo: 60))
    let ordinary = normalized(frames(of: try speech(-20)))
    func error(_ features: [Float]) -> Float {
      zip(features, ordinary).map { abs($0 - $1) }.reduce(0, +) / Float(ordinary.count)
    }
    #expect(error(amplified) < 0.02)
    #expect(error(amplified) < error(plain) / 5)
  }

  @Test func `the gain of quiet speech never exceeds its limit`() throws {
    let quiet = frames(of: try speech(-60))
    let louder = frames(of: try speech(-50))
    let amplified = quiet.amplified(0..<quiet.count, upTo: 10)
    #expect(zip(amplified.values, louder.values).allSatisfy { abs($0 - $1) < 0.01 })
    #expect(quiet.amplified(0..<quiet.count, upTo: 0) == quiet)
  }

  @Test func `amplified frames keep their indices`() throws {
    let quiet = frames(of: try speech(-50))
    let stretch = quiet.amplified(16..<80, upTo: 30)
    #expect(stretch.startIndex == 16)
    #expect(stretch.endIndex == 80)
  }

  @Test func `digital silence is not amplified`() {
    let silence = frames(of: [Float](repeating: 0, count: 16_000))
    #expect(silence.amplified(0..<100, upTo: 60) == silence)
    #expect(silence.amplified(10..<10, upTo: 60) == silence)
    #expect(!silence.isSound)
  }

  @Test func `padded frames are followed by frames of silence`() throws {
    let frames = frames(of: try Fixtures.samples("en-01.wav"))
    let padded = frames.padded(8..<40, to: 100)
    #expect(padded.range == 8..<108)
    #expect(padded.frames.endIndex == 108)
    #expect(padded.frames.values[..<(32 * 128)] == frames.values[(8 * 128)..<(40 * 128)])
    let silence = silentFrames(1600)
    #expect(padded.frames.values[(32 * 128)...].allSatisfy { $0 == silence.values[0] })
    #expect(frames.padded(0..<100, to: 100).frames == frames)
  }

  @Test func `the power spectrum of each lane equals a plain Fourier transform`() {
    var generator = SeededGenerator(seed: 1)
    let signals = (0..<4).map { _ in (0..<512).map { _ in Float.random(in: -1...1, using: &generator) } }
    var spectrum = PowerSpectrum(length: 512)
    var power = [Lanes](repeating: .zero, count: 257)
    spectrum.compute(into: &power) { frame in
      for index in 0..<512 {
        for lane in 0..<4 { frame[index][lane] = signals[lane][index] }
      }
    }
    for lane in 0..<4 {
      for bin in stride(from: 0, through: 256, by: 16) {
        let expected = plainPower(signals[lane], bin: bin)
        #expect(abs(Double(power[bin][lane]) - expected) < 1e-4 * max(1, expected))
      }
    }
  }
}

/// |DFT|² of one bin in double precision, by definition.
private func plainPower(_ signal: [Float], bin: Int) -> Double {
  var (re, im) = (0.0, 0.0)
  for (index, sample) in signal.enumerated() {
    let angle = -2 * Double.pi * Double(bin * index % signal.count) / Double(signal.count)
    re += Double(sample) * cos(angle)
    im += Double(sample) * sin(angle)
  }
  return re * re + im * im
}

private func signal(_ name: String) throws -> [Float] {
  name.contains("-") ? try Fixtures.samples("\(name).wav") : try Fixtures.golden("signal-\(name)")
}

private func frames(of samples: [Float], bands: Int = 128) -> LogMelFrames {
  var extractor = LogMelExtractor(bandCount: bands)
  extractor.append(samples.span)
  return extractor.finished()
}

private func silentFrames(_ count: Int) -> LogMelFrames { frames(of: [Float](repeating: 0, count: count)) }

private func normalized(_ frames: LogMelFrames, width: Int? = nil) -> [Float] {
  let width = width ?? frames.count
  var output = [Float](repeating: .nan, count: frames.bandCount * width)
  var span = output.mutableSpan
  frames.normalize(0..<frames.count, into: &span, width: width)
  return output
}
