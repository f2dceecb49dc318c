/// Counts of audio without speech in which speech is found.
struct NoSpeechFigures: Equatable, Sendable {
  var stretches = 0
  var found = 0

  mutating func measure(_ samples: [Float], bands: Int) {
    stretches += 1
    if speechSpan(of: samples, bands: bands) != nil { found += 1 }
  }

  /// Minutes of noise, tones and clicks, and parts of them after digital silence.
  static func stretches(bands: Int) -> NoSpeechFigures {
    var figures = NoSpeechFigures()
    let minute = 60 * Signals.rate
    for kind in NoiseKind.allCases {
      for seed in 20..<26 as Range<UInt64> {
        let noise = kind.samples(minute, seed: seed)
        for level in [-60.0, -36, -12] { figures.measure(Signals.scaled(noise, toPeak: level), bands: bands) }
        for start in stride(from: 0, to: minute, by: 5 * Signals.rate) {
          let stretch = Array(noise[start..<start + 5 * Signals.rate])
          figures.measure(Signals.silence(0.5) + Signals.scaled(stretch, toPeak: -30), bands: bands)
        }
      }
    }
    for tones in Signals.tones {
      for level in [-60.0, -48, -36, -24, -12] {
        let samples = Signals.scaled(tones, toPeak: level)
        figures.measure(samples, bands: bands)
        for start in 0..<10 {
          let stretch = samples[4800 * start..<4800 * start + 80_000]
          figures.measure(Signals.silence(0.5) + stretch, bands: bands)
        }
      }
    }
    figures.measure(Signals.silence(60), bands: bands)
    figures.measureClicksAndChimes(bands: bands)
    return figures
  }

  private mutating func measureClicksAndChimes(bands: Int) {
    for length in [1, 4, 16, 48, 80] {
      for distance in [4000, 9876, 16_000] {
        var samples = Signals.silence(10)
        let click = length == 1 ? [1] : Signals.scaled(Signals.white(length), toPeak: -3)
        for start in stride(from: 4321, to: samples.count - length, by: distance) {
          samples.replaceSubrange(start..<start + length, with: click)
        }
        measure(samples, bands: bands)
      }
    }
    for seconds in [0.3, 0.5, 0.8, 1.2] {
      measure(Signals.silence(0.5) + Signals.chime(seconds) + Signals.silence(2), bands: bands)
    }
  }

  /// Three seconds of noise from the first sample on.
  static func beginnings(bands: Int) -> NoSpeechFigures {
    var figures = NoSpeechFigures()
    let count = 3 * Signals.rate
    for seed in 300..<500 as Range<UInt64> {
      for noise in NoiseKind.allCases.map({ $0.samples(count, seed: seed) })
        + [Signals.brown(count, seed: seed)]
      {
        figures.measure(Signals.scaled(noise, toPeak: -20), bands: bands)
      }
    }
    return figures
  }
}

extension Signals {
  /// A minute of each kind of music.
  static var tones: [[Float]] {
    let minute = 60 * rate
    return [
      tone(minute, partials: [(440, 1)]), chord(minute, roots: [220, 275, 330, 440]),
      chord(minute, roots: [196, 245, 294], harmonics: 20), arpeggio(minute, note: 0.125),
      arpeggio(minute, note: 0.5), arpeggio(minute, note: 0.3, decay: 0.15),
      arpeggio(minute, note: 0.25, harmonics: 20), arpeggio(minute, note: 0.25, decay: 0.2, harmonics: 20),
    ]
  }
}
