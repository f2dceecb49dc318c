import SpeechFeatures
import Support
import Testing

@testable import VoiceActivity

@Suite struct `The loudest voice` {
  /// Frames of a level in each of eight bands, in dB.
  private func heard(_ voice: inout LeadingVoice, _ level: Float, frames: Int) -> Int {
    (0..<frames).count { _ in
      voice.add(Bands(repeating: level))
      return voice.isHeard().syllable
    }
  }

  @Test func `all speech belongs to the voice until its level is known`() {
    var voice = LeadingVoice()
    #expect(heard(&voice, -60, frames: 29) == 29)
  }

  @Test func `a voice that is 12 dB weaker is another one, a syllable later`() {
    var voice = LeadingVoice()
    #expect(heard(&voice, -30, frames: 100) == 100)
    let rest = heard(&voice, -42, frames: 100)
    #expect(rest <= 20, "\(rest)")
    #expect(heard(&voice, -36, frames: 40) > 20)
  }

  @Test func `a voice that was there before is not the loudest`() {
    var voice = LeadingVoice()
    _ = heard(&voice, -42, frames: 500)
    #expect(heard(&voice, -30, frames: 100) == 100)
    #expect(heard(&voice, -42, frames: 100) <= 20)
  }

  @Test func `the voice that returns is heard at once by a moment, and by a syllable later`() {
    var voice = LeadingVoice()
    _ = heard(&voice, -30, frames: 100)
    _ = heard(&voice, -50, frames: 100)
    let back = (0..<20).map { _ in
      voice.add(Bands(repeating: -33))
      return voice.isHeard()
    }
    let (moment, syllable) = (back.firstIndex { $0.moment }, back.firstIndex { $0.syllable })
    #expect(moment ?? 20 < 4)
    #expect(moment ?? 20 < syllable ?? 0)
  }

  @Test func `a click is no voice`() {
    var voice = LeadingVoice()
    _ = heard(&voice, -42, frames: 100)
    _ = heard(&voice, -20, frames: 3)
    _ = heard(&voice, -42, frames: 20)
    #expect(heard(&voice, -42, frames: 50) == 50)
  }

  @Test(arguments: [-Float.infinity, -200, 200, .nan])
  func `a level out of range does no harm`(level: Float) {
    var voice = LeadingVoice()
    _ = heard(&voice, -30, frames: 50)
    _ = heard(&voice, level, frames: 50)
    #expect(heard(&voice, -30, frames: 50) > 0 || level > 0 || level.isNaN)
  }

  @Test func `the end of the voice is the end of speech while one voice speaks`() throws {
    let samples = try Fixtures.samples("en-01.wav") + Array(repeating: 0, count: 16_000)
    var extractor = LogMelExtractor(bandCount: 80)
    extractor.append(samples.span)
    var detector = VoiceActivityDetector(bandCount: 80)
    detector.process(extractor.frames)
    let speechEnd = try #require(detector.activity.speechEnd)
    let voiceEnd = try #require(detector.activity.voiceEnd)
    #expect((0..<8000).contains(speechEnd - voiceEnd), "\(speechEnd) \(voiceEnd)")
  }
}
