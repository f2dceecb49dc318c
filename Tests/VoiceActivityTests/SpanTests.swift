import SpeechFeatures
import Support
import Testing

@testable import VoiceActivity

@Suite struct `Speech spans` {
  @Test func `a speech span covers first to last speech with pads, within the audio`() throws {
    var activity = VoiceActivity()
    #expect(SpeechSpan(activity, sampleCount: 16_000) == nil)
    #expect(activity.silence == nil)

    activity.segments = [8000..<16_000, 24_000..<32_000]
    activity.judgedSampleCount = 33_600
    #expect(activity.speechStart == 8000)
    #expect(activity.speechEnd == 32_000)
    #expect(activity.pauses == [16_000..<24_000])
    #expect(activity.silence == 0.1)
    let growing = try #require(SpeechSpan(activity, sampleCount: 33_700))
    #expect(growing.samples == 3200..<33_700)
    #expect(!growing.isSettled)

    activity.judgedSampleCount = 36_800
    let settled = try #require(SpeechSpan(activity, sampleCount: 99_999))
    #expect(settled.samples == 3200..<36_800)
    #expect(settled.isSettled)

    let settings = try VoiceActivitySettings(leadingPad: 1, trailingPad: 0.1)
    #expect(SpeechSpan(activity, sampleCount: 99_999, settings: settings)?.samples == 0..<33_600)
  }

  @Test(arguments: [1, 7, 160, 333, 100_000])
  func `speech segments are identical for every chunk size`(size: Int) throws {
    let speech = try Signals.recording("es-07")
    let noise = Signals.fan(speech.count)
    let samples = Signals.mixed(speech, in: 0..<speech.count, with: noise, snr: 10)
    #expect(detected(over: samples, chunk: size).activity == detected(over: samples, chunk: 1600).activity)
  }

  @Test(arguments: ["en-02", "es-04", "es-07", "es-12"], ["silence", "white", "hum", "pink"])
  func `a settled speech span does not change with more silence`(name: String, kind: String) throws {
    let speech = try Signals.recording(name) + Signals.silence(3)
    let noise =
      switch kind {
      case "white": Signals.white(speech.count)
      case "pink": Signals.pink(speech.count)
      case "hum": Signals.hum(speech.count)
      default: Signals.silence(Double(speech.count) / 16_000)
      }
    let words = Signals.words(in: speech)
    let samples =
      kind == "silence" ? speech : Signals.mixed(speech, in: words, with: noise, snr: 10)
    // All spans from the end of the words on, as `audio-stop` at any time would give them.
    var extractor = LogMelExtractor(bandCount: 128)
    var detector = VoiceActivityDetector(bandCount: 128)
    var settled: SpeechSpan?
    for start in stride(from: 0, to: samples.count - 159, by: 160) {
      extractor.append(Array(samples[start..<start + 160]).span)
      detector.process(extractor.frames)
      guard start > words.upperBound, let span = detector.span(sampleCount: start + 160) else { continue }
      if let settled {
        #expect(span == settled)
      } else if span.isSettled {
        settled = span
        #expect(span.samples.upperBound <= start + 160)
      }
    }
    #expect(settled != nil)
    // Digital silence in place of the noise does not change it either.
    let end = try #require(settled).samples.upperBound + 480
    #expect(speechSpan(of: samples[..<end] + Signals.silence(2)) == settled?.samples)
  }

  @Test(arguments: ["en-01", "en-09", "es-03", "es-12"], [1, 10, 37, 250])
  func `a speech span moves with silence added before it`(name: String, frames: Int) throws {
    let samples = Signals.silence(0.4) + (try Signals.recording(name))
    let before = try #require(speechSpan(of: samples))
    let after = try #require(speechSpan(of: [Float](repeating: 0, count: 160 * frames) + samples))
    #expect(after == before.lowerBound + 160 * frames..<before.upperBound + 160 * frames)
  }

  @Test(arguments: Signals.recordings) func `a speech span hardly depends on the level`(name: String) throws {
    let samples = Signals.silence(0.5) + (try Signals.recording(name)) + Signals.silence(1)
    let loud = try #require(speechSpan(of: Signals.scaled(samples, toPeak: -6)))
    for level in [-20.0, -40, -50] {
      let quiet = try #require(speechSpan(of: Signals.scaled(samples, toPeak: level)))
      // Breath that is audible at one level only.
      #expect(abs(quiet.lowerBound - loud.lowerBound) <= 4800, "\(level) dBFS")
      #expect(abs(quiet.upperBound - loud.upperBound) <= 4800, "\(level) dBFS")
    }
  }

  @Test func `the speech span of audio that ends in speech reaches its end`() throws {
    let recording = try Signals.recording("en-05")
    let samples = Array(recording[..<(Signals.words(in: recording).upperBound - 8000)])
    let span = try #require(detected(over: samples).span(sampleCount: samples.count))
    #expect(span.samples.upperBound == samples.count)
    #expect(!span.isSettled)
  }
}
