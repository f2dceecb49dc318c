import Audio
import Glibc
import SpeechFeatures
import Support
import VoiceActivity

/// Synthetic sounds, identical in each run, and recordings.
enum Signals {
  static let rate = 16_000
  static let recordings =
    (1...12).map { "en-" + ($0 < 10 ? "0" : "") + "\($0)" }
    + (1...12).map { "es-" + ($0 < 10 ? "0" : "") + "\($0)" }

  static func recording(_ name: String) throws -> [Float] {
    try Fixtures.samples("\(name).wav")
  }

  static func silence(_ seconds: Double) -> [Float] {
    Array(repeating: 0, count: Int(seconds * Double(rate)))
  }

  // MARK: Noise

  static func white(_ count: Int, seed: UInt64 = 1) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    // Nearly normal: the sum of four uniform random numbers.
    return (0..<count).map { _ in
      (0..<4).reduce(0) { sum, _ in sum + Float.random(in: -1...1, using: &generator) }
    }
  }

  /// Paul Kellet's filter: -3 dB per octave.
  static func pink(_ count: Int, seed: UInt64 = 2) -> [Float] {
    var (a, b, c): (Float, Float, Float) = (0, 0, 0)
    return white(count, seed: seed).map { sample in
      a = 0.99765 * a + sample * 0.0990460
      b = 0.96300 * b + sample * 0.2965164
      c = 0.57000 * c + sample * 1.0526913
      return a + b + c + sample * 0.1848
    }
  }

  /// Broadband noise below 800 Hz, modulated by the blades, and the blades' tone.
  static func fan(_ count: Int, seed: UInt64 = 3) -> [Float] {
    var (a, b): (Float, Float) = (0, 0)
    return white(count, seed: seed).enumerated().map { index, sample in
      a += 0.27 * (sample - a)
      b += 0.27 * (a - b)
      let time = Double(index) / Double(rate)
      let swell = Float(1 + 0.15 * sin(2 * .pi * 9 * time))
      let blades = (1...5).reduce(0.0) {
        $0 + sin(2 * .pi * 87 * Double($1) * time + Double($1)) / Double($1)
      }
      return b * swell + 0.3 * Float(blades) + 0.02 * sample
    }
  }

  /// Mains hum with its harmonics, and a little hiss.
  static func hum(_ count: Int, hertz: Double = 50, seed: UInt64 = 4) -> [Float] {
    let hiss = white(count, seed: seed)
    let wave = tone(count, partials: (1...24).map { (hertz * Double($0), 1 / Double($0)) })
    return zip(wave, hiss).map { $0 + 0.002 * $1 }
  }

  /// Six other recordings at once, repeated.
  static func babble(_ count: Int, without name: String) throws -> [Float] {
    var sum = [Float](repeating: 0, count: count)
    let others = recordings.filter { $0 != name }
    for voice in 0..<6 {
      var position = -2000 * voice
      var next = voice * 4
      while position < count {
        let samples = scaled(try recording(others[next % others.count]), toPower: -20)
        for (index, sample) in samples.enumerated() where (0..<count).contains(position + index) {
          sum[position + index] += sample
        }
        position += samples.count
        next += 1
      }
    }
    return sum
  }

  // MARK: Tones

  /// A steady sum of sines with different phases.
  static func tone(_ count: Int, partials: [(hertz: Double, amplitude: Double)]) -> [Float] {
    var sum = [Float](repeating: 0, count: count)
    for (number, partial) in partials.enumerated() where partial.hertz < 7800 {
      let step = 2 * Double.pi * partial.hertz / Double(rate)
      // A rotation replaces a sine per sample.
      var (x, y) = (cos(Double(number)), sin(Double(number)))
      let (c, s) = (cos(step), sin(step))
      for index in 0..<count {
        sum[index] += Float(partial.amplitude * y)
        (x, y) = (x * c - y * s, x * s + y * c)
      }
    }
    return sum
  }

  /// A chord of notes with `harmonics` harmonics each.
  static func chord(_ count: Int, roots: [Double], harmonics: Int = 6) -> [Float] {
    tone(
      count,
      partials: roots.flatMap { root in (1...harmonics).map { (root * Double($0), 1 / Double($0)) } })
  }

  /// Consecutive notes.
  ///
  /// - Parameter decay: The time in which a note fades to 1/e, in seconds; `nil` holds it.
  static func arpeggio(
    _ count: Int, note seconds: Double, decay: Double? = nil, harmonics: Int = 6
  ) -> [Float] {
    let steps = [1, 1.25, 1.5, 2, 1.5, 1.25]
    var result: [Float] = []
    var number = 0
    while result.count < count {
      let length = min(Int(seconds * Double(rate)), count - result.count)
      let note = chord(length, roots: [262 * steps[number % steps.count]], harmonics: harmonics)
      result += note.enumerated().map { index, sample in
        let time = Double(index) / Double(rate)
        let attack = min(1, time / 0.005)
        let release = min(1, Double(length - index) / 80)
        return sample * Float(attack * release * (decay.map { exp(-time / $0) } ?? 1))
      }
      number += 1
    }
    return result
  }

  /// A doorbell chime of two decaying notes.
  static func chime(_ seconds: Double) -> [Float] {
    let count = Int(seconds / 2 * Double(rate))
    return [880.0, 1174.7].flatMap { hertz in
      tone(count, partials: [(hertz, 0.4), (2 * hertz, 0.1)]).enumerated().map { index, sample in
        sample * Float(exp(-Double(index) / Double(rate) / 0.12))
      }
    }
  }

  // MARK: Levels

  /// Returns the samples scaled to a peak of `level` dBFS.
  static func scaled(_ samples: [Float], toPeak level: Double) -> [Float] {
    let peak = samples.reduce(0) { max($0, abs($1)) }
    let factor = peak > 0 ? Float(pow(10, level / 20)) / peak : 0
    return samples.map { $0 * factor }
  }

  /// Returns the samples scaled to a mean power of `level` dBFS.
  static func scaled(_ samples: [Float], toPower level: Double) -> [Float] {
    let factor = Float(pow(10, level / 20)) / power(samples).squareRoot()
    return samples.map { $0 * factor }
  }

  static func power(_ samples: [Float]) -> Float {
    samples.reduce(0) { $0 + $1 * $1 } / Float(max(1, samples.count))
  }

  /// Returns speech with noise added at a signal-to-noise ratio of `snr` dB in `range`.
  static func mixed(_ speech: [Float], in range: Range<Int>, with noise: [Float], snr: Double) -> [Float] {
    let level = 10 * log10(Double(power(Array(speech[range])))) - snr
    return zip(speech, scaled(noise, toPower: level)).map { $0 + $1 }
  }

  /// Returns the samples rounded to 16 bits, as a client sends them.
  static func in16Bits(_ samples: [Float]) -> [Float] {
    samples.map { min(max(($0 * 32768).rounded(), -32768), 32767) / 32768 }
  }

  /// Returns the range of words in a clean recording: from the first to the last 10 ms that are less than 40 dB below
  /// the loudest.
  static func words(in samples: [Float]) -> Range<Int> {
    let powers = stride(from: 0, to: samples.count - 159, by: 160).map {
      power(Array(samples[$0..<$0 + 160]))
    }
    let limit = (powers.max() ?? 0) * 1e-4
    let first = powers.firstIndex { $0 > limit } ?? 0
    let last = powers.lastIndex { $0 > limit } ?? 0
    return first * 160..<(last + 1) * 160
  }
}

/// Returns a detector that has processed the samples in chunks of `chunk` samples.
func detected(
  over samples: [Float], chunk: Int = 4096, bands: Int = 128, settings: VoiceActivitySettings = .standard
) -> VoiceActivityDetector {
  var extractor = LogMelExtractor(bandCount: bands)
  var detector = VoiceActivityDetector(bandCount: bands, settings: settings)
  for start in stride(from: 0, to: samples.count, by: chunk) {
    extractor.append(Array(samples[start..<min(start + chunk, samples.count)]).span)
    detector.process(extractor.frames)
  }
  return detector
}

/// Returns the speech span of all samples; `nil` if there is no speech.
func speechSpan(of samples: [Float], bands: Int = 128) -> Range<Int>? {
  detected(over: samples, bands: bands).span(sampleCount: samples.count)?.samples
}
