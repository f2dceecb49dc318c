import SpeechFeatures
import Support
import Testing

@testable import VoiceActivity

/// Comfort noise and automatic gain control: noise whose level differs between speech and pauses.
@Suite struct `Noise of changing level` {
  static let names = ["en-02", "en-09", "es-04", "es-12"]

  /// The noise counted as speech for two seconds, until the noise floor had followed.
  @Test(arguments: NoiseKind.allCases, [80, 128])
  func `a pause is detected although the noise rises at its beginning`(kind: NoiseKind, bands: Int) throws {
    var figures = StepFigures()
    for change in [6.0, 12, 18] {
      figures += try StepFigures.steps(
        of: change, at: .atPause, in: kind, snr: 20, bands: bands, names: Self.names)
    }
    #expect(figures.missed == 0 && figures.cut == 0)
    #expect(figures.late <= 2 && figures.settledLate == 0, "\(figures)")
    // Noise that is hardly louder crosses the threshold now and then: it is detected somewhat later.
    let small = try StepFigures.steps(
      of: 3, at: .atPause, in: kind, snr: 20, bands: bands, names: Self.names)
    #expect(small.missed == 0 && small.cut == 0 && small.longestDelay <= 700, "\(small)")
  }

  @Test(arguments: [StepFigures.Place.before, .atWords, .inWords, .inPause, .lateInPause], [80, 128])
  func `no words are lost where noise rises or falls outside a pause's beginning`(
    place: StepFigures.Place, bands: Int
  ) throws {
    var figures = StepFigures()
    for kind in NoiseKind.allCases {
      for change in [-18.0, -6, 6, 18] {
        let snr = place == .before || place == .atWords || place == .inWords ? max(10, 10 + change) : 20
        figures += try StepFigures.steps(
          of: change, at: place, in: kind, snr: snr, bands: bands, names: Self.names)
      }
    }
    #expect(figures.missed == 0 && figures.cut == 0)
    // Noise that falls at the beginning hides less of the words' end than the constant noise of the comparison.
    #expect(figures.late <= (place == .atWords ? 8 : 3) && figures.early <= 4)
    #expect(figures.longestDelay <= 500, "\(figures)")
  }

  /// The sentences used to be a single segment.
  @Test(arguments: NoiseKind.allCases, [80, 128])
  func `noise that is louder in each pause does not join sentences`(kind: NoiseKind, bands: Int) throws {
    var samples = Signals.silence(1)
    var words: [Range<Int>] = []
    for name in Self.names {
      let bare = Signals.scaled(try Signals.bare(name), toPeak: -12)
      words.append(samples.count..<samples.count + bare.count)
      samples += bare + Signals.silence(2)
    }
    let noise = Signals.scaled(kind.samples(samples.count, seed: 11), toPower: -62)
    let isQuiet = words.reduce(into: [Bool](repeating: false, count: samples.count)) { quiet, range in
      for index in range { quiet[index] = true }
    }
    let mixed = samples.indices.map { samples[$0] + noise[$0] * (isQuiet[$0] ? 1 : 4) }
    let activity = detected(over: mixed, bands: bands).activity
    for (first, second) in zip(words, words.dropFirst()) {
      let pause = first.upperBound + 4000..<second.lowerBound - 4000
      #expect(activity.pauses.contains { $0.overlaps(pause) && $0.count > 12_000 }, "\(activity.segments)")
    }
    for range in words {
      let middle = (range.lowerBound + range.upperBound) / 2
      #expect(activity.segments.contains { $0.contains(middle) })
    }
  }

  @Test(arguments: [1, 7, 333, 100_000])
  func `speech segments in changing noise are identical for every chunk size`(size: Int) throws {
    let clean = Signals.silence(1) + (try Signals.bare("en-02")) + Signals.silence(2)
    let noise = Signals.scaled(Signals.white(clean.count), toPower: -60)
    let gains = Signals.gains(clean.count, 12, from: clean.count - 32_000, over: 0.01)
    let samples = clean.indices.map { clean[$0] + noise[$0] * gains[$0] }
    #expect(detected(over: samples, chunk: size).activity == detected(over: samples, chunk: 1600).activity)
  }

  @Test func `steady sound is detected in noise and never in speech`() throws {
    func steady(in samples: [Float]) -> (share: Double, count: Int) {
      let bands = SpeechBands(bandCount: 128)
      var extractor = LogMelExtractor(bandCount: 128)
      extractor.append(samples.span)
      let frames = extractor.frames
      var energies = [Bands](repeating: .zero, count: bands.chunks.count)
      let levels = (0..<frames.endIndex).map { frame in
        frames.values[128 * frame..<128 * (frame + 1)].withContiguousStorageIfAvailable { values in
          energies.withUnsafeMutableBufferPointer { bands.levels(of: values, into: $0) }
        } ?? .zero
      }
      let smoothed = levels.indices.map { index in
        levels[max(0, index - 2)...index].reduce(Bands.zero, +) / Float(min(3, index + 1))
      }
      let last = smoothed.count - 1
      let count = (40..<last).count { SteadySound.floor(of: smoothed, at: $0) != nil }
      return (Double(count) / Double(last - 40), count)
    }
    for kind in NoiseKind.allCases {
      let noise = Signals.scaled(kind.samples(20 * Signals.rate, seed: 12), toPeak: -20)
      #expect(steady(in: noise).share > 0.9, "\(kind)")
    }
    for name in Signals.recordings {
      #expect(steady(in: Signals.scaled(try Signals.bare(name), toPeak: -12)).count == 0, "\(name)")
    }
  }
}
