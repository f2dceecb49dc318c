import Audio
import SpeechFeatures
import Support
import Testing

@testable import VoiceActivity

@Suite struct `Speech` {
  @Test(arguments: Signals.recordings, [80, 128])
  func `clean recordings keep their words at every level`(name: String, bands: Int) throws {
    let samples = Signals.silence(1) + (try Signals.recording(name)) + Signals.silence(1.5)
    let words = Signals.words(in: samples)
    for level in [-6.0, -20, -40, -50] {
      let received = Signals.in16Bits(Signals.scaled(samples, toPeak: level))
      let span = try #require(speechSpan(of: received, bands: bands), "\(level) dBFS")
      #expect(span.lowerBound <= words.lowerBound && span.upperBound >= words.upperBound, "\(level) dBFS")
      // Most of the silence is dropped: the pads stay, and breath that is more than 40 dB below the loudest.
      #expect(span.lowerBound >= words.lowerBound - 9600, "\(level) dBFS")
      #expect(span.upperBound <= words.upperBound + 11_200, "\(level) dBFS")
    }
  }

  @Test(arguments: Signals.recordings, ["white", "pink", "fan", "hum", "babble"])
  func `recordings in noise keep their words`(name: String, kind: String) throws {
    let recording = try Signals.recording(name)
    // Where the audio begins within a word, the noise is never alone.
    let bare = Array(recording[Signals.words(in: recording)])
    let paused = Signals.silence(1.5) + recording + Signals.silence(1.5)
    for (clean, ratios) in [(recording, [10.0, 5]), (paused, [10, 5]), (bare, [10])] {
      let words = Signals.words(in: clean)
      let noise =
        switch kind {
        case "white": Signals.white(clean.count)
        case "pink": Signals.pink(clean.count)
        case "fan": Signals.fan(clean.count)
        case "hum": Signals.hum(clean.count)
        default: try Signals.babble(clean.count, without: name)
        }
      for snr in ratios {
        let mixed = Signals.mixed(clean, in: words, with: noise, snr: snr)
        for level in [-6.0, -40] {
          let span = try #require(
            speechSpan(of: Signals.in16Bits(Signals.scaled(mixed, toPeak: level))), "\(snr) dB, \(level) dBFS"
          )
          #expect(
            span.lowerBound <= words.lowerBound && span.upperBound >= words.upperBound,
            "\(snr) dB, \(level) dBFS")
        }
      }
    }
  }

  @Test func `a long recording is one span with pauses between the sentences`() throws {
    var reader = try AudioReader(path: Fixtures.recording("long.flac"))
    var samples: [Float] = []
    while let next = try reader.next() { samples += next }
    let detector = detected(over: samples)
    let words = Signals.words(in: samples)
    let span = try #require(detector.span(sampleCount: samples.count)).samples
    #expect(span.lowerBound <= words.lowerBound && span.upperBound >= words.upperBound)
    let activity = detector.activity
    #expect((17...40).contains(activity.segments.count))
    #expect(activity.pauses.count == activity.segments.count - 1)
    for pause in activity.pauses {
      #expect(pause.count > 16 * 300)
      let loudest = samples[pause].reduce(0) { max($0, abs($1)) }
      #expect(loudest < 0.02, "pause \(pause)")
    }
  }

  @Test(arguments: [0.3, 0.5, 0.8], [0.0, 0.2, 1])
  func `speech after a chime keeps its words`(seconds: Double, gap: Double) throws {
    for name in ["en-01", "en-09", "es-03", "es-07"] {
      let recording = try Signals.recording(name)
      let before = Signals.silence(0.1) + Signals.chime(seconds) + Signals.silence(gap)
      let samples = before + Signals.scaled(recording, toPeak: -12)
      let words = Signals.words(in: recording)
      let span = try #require(speechSpan(of: samples))
      #expect(span.lowerBound <= before.count + words.lowerBound)
      #expect(span.upperBound >= before.count + words.upperBound)
    }
  }

  @Test(arguments: ["en-03", "en-06", "en-08", "es-02", "es-04", "es-10"], [0.25, 0.3])
  func `a single short word is detected as speech`(name: String, seconds: Double) throws {
    let recording = try Signals.recording(name)
    let start = Signals.words(in: recording).lowerBound
    let count = Int(seconds * Double(Signals.rate))
    let word = recording[start..<start + count].enumerated().map { index, sample in
      sample * min(1, Float(min(index, count - index)) / 320)
    }
    for level in [-6.0, -40] {
      let samples = Signals.silence(0.7) + Signals.scaled(word, toPeak: level) + Signals.silence(1)
      let span = try #require(speechSpan(of: samples))
      #expect(span.lowerBound <= 11_200 && span.upperBound >= 11_200 + count - 320)
    }
  }

  @Test func `speech after NaN and infinite samples is detected`() throws {
    let recording = try Signals.recording("en-04")
    var samples = Signals.silence(1) + recording
    for index in 100..<400 { samples[index] = index % 2 == 0 ? .nan : .infinity }
    let words = Signals.words(in: recording)
    let span = try #require(speechSpan(of: samples))
    #expect(span.contains(16_000 + words.lowerBound) && span.contains(16_000 + words.upperBound))
  }

  @Test(arguments: Signals.recordings)
  func `a DC offset of 0.2 does not move the speech span`(name: String) throws {
    let samples = Signals.scaled(try Signals.recording(name), toPeak: -6)
    let plain = try #require(speechSpan(of: samples))
    let offset = try #require(speechSpan(of: samples.map { $0 + 0.2 }))
    #expect(abs(plain.lowerBound - offset.lowerBound) <= 320)
    #expect(abs(plain.upperBound - offset.upperBound) <= 320)
  }
}
