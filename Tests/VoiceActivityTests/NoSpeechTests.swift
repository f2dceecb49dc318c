import SpeechFeatures
import Support
import Testing
import VoiceActivity

@Suite struct `Sounds other than speech` {
  @Test(arguments: ["white", "pink", "fan", "hum 50", "hum 60", "silence"], [-60.0, -36, -12])
  func `a minute of noise is not speech`(kind: String, level: Double) throws {
    let count = 60 * Signals.rate
    let noise =
      switch kind {
      case "white": Signals.white(count)
      case "pink": Signals.pink(count)
      case "fan": Signals.fan(count)
      case "hum 50": Signals.hum(count)
      case "hum 60": Signals.hum(count, hertz: 60)
      default: Signals.silence(60)
      }
    #expect(speechSpan(of: Signals.scaled(noise, toPeak: level)) == nil)
  }

  @Test(arguments: [3, 4, 5, 6] as [UInt64], [80, 128])
  func `white and pink noise of other seeds is not speech`(seed: UInt64, bands: Int) {
    let count = 60 * Signals.rate
    #expect(
      speechSpan(of: Signals.scaled(Signals.white(count, seed: seed), toPeak: -24), bands: bands) == nil)
    #expect(speechSpan(of: Signals.scaled(Signals.pink(count, seed: seed), toPeak: -24), bands: bands) == nil)
  }

  @Test(arguments: ["sine", "chord", "bright chord", "quick", "slow", "plucked", "bright", "bright, plucked"])
  func `a minute of tones is not speech`(kind: String) {
    let count = 60 * Signals.rate
    let tones =
      switch kind {
      case "sine": Signals.tone(count, partials: [(440, 1)])
      case "chord": Signals.chord(count, roots: [220, 275, 330, 440])
      case "bright chord": Signals.chord(count, roots: [196, 245, 294], harmonics: 20)
      case "quick": Signals.arpeggio(count, note: 0.125)
      case "slow": Signals.arpeggio(count, note: 0.5)
      case "plucked": Signals.arpeggio(count, note: 0.3, decay: 0.15)
      case "bright": Signals.arpeggio(count, note: 0.25, harmonics: 20)
      default: Signals.arpeggio(count, note: 0.25, decay: 0.2, harmonics: 20)
      }
    for level in [-60.0, -48, -36, -24, -12] {
      for bands in [80, 128] {
        #expect(
          speechSpan(of: Signals.scaled(tones, toPeak: level), bands: bands) == nil, "\(level) dBFS, \(bands)"
        )
      }
    }
  }

  @Test func `noise that starts after digital silence is not speech`() {
    for noise in [Signals.white(10 * Signals.rate), Signals.pink(10 * Signals.rate)] {
      #expect(speechSpan(of: Signals.silence(0.5) + Signals.scaled(noise, toPeak: -30)) == nil)
    }
  }

  /// A first frame that was quiet by chance used to set the noise floor.
  @Test(arguments: [80, 128]) func `noise from the first sample on is not speech`(bands: Int) {
    for seed in 100..<150 as Range<UInt64> {
      let noise = Signals.fan(3 * Signals.rate, seed: seed)
      #expect(speechSpan(of: Signals.scaled(noise, toPeak: -20), bands: bands) == nil, "seed \(seed)")
      let pink = Signals.pink(3 * Signals.rate, seed: seed)
      #expect(speechSpan(of: Signals.scaled(pink, toPeak: -20), bands: bands) == nil, "seed \(seed)")
    }
  }

  @Test(arguments: [1, 16, 80]) func `clicks of up to 5 ms are not speech`(length: Int) {
    var samples = Signals.silence(10)
    let noise = Signals.scaled(Signals.white(length), toPeak: -3)
    for start in stride(from: 4321, to: samples.count - length, by: 9876) {
      samples.replaceSubrange(start..<start + length, with: length == 1 ? [1] : noise)
    }
    #expect(speechSpan(of: samples) == nil)
  }

  @Test func `a constant signal and empty audio are not speech`() {
    #expect(speechSpan(of: [Float](repeating: 0.2, count: 5 * Signals.rate)) == nil)
    #expect(speechSpan(of: []) == nil)
    #expect(speechSpan(of: [0.5]) == nil)
  }

  @Test(arguments: [0.3, 0.5, 0.8]) func `a chime is not speech`(seconds: Double) {
    #expect(speechSpan(of: Signals.silence(0.5) + Signals.chime(seconds) + Signals.silence(2)) == nil)
  }
}
