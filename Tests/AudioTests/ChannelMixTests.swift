import Support
import Testing

@testable import Audio

@Suite struct `Channel mixing` {
  private static let rate = 16_000

  /// Returns the mixed samples and the channel that was used alone.
  private func mix(
    _ channels: [[Float]], rate: Int = rate, piece: Int = .max
  ) -> (samples: [Float], loudest: Int?) {
    let frames = channels[0].count
    let interleaved = (0..<frames).flatMap { frame in channels.map { $0[frame] } }
    var mix = ChannelMix(channels: channels.count, sampleRate: rate)
    var samples: [Float] = []
    var rest = interleaved[...]
    while !rest.isEmpty {
      let part = rest.prefix(piece < frames ? piece * channels.count : rest.count)
      samples += mix.append(part)
      rest = rest.dropFirst(part.count)
    }
    return (samples + mix.finish(), mix.loudestChannel)
  }

  private func mean(_ channels: [[Float]]) -> [Float] {
    channels[0].indices.map { frame in
      var sum: Float = 0
      for channel in channels { sum += channel[frame] }
      return sum / Float(channels.count)
    }
  }

  private func noise(_ count: Int, _ level: Float, seed: UInt64) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -level...level, using: &random) }
  }

  private func silence(_ count: Int) -> [Float] { Array(repeating: 0, count: count) }

  private func speech(_ name: String = "en-03.wav") throws -> [Float] { try Fixtures.samples(name) }

  @Test(arguments: [1, -0.9, -1.1, 0.9] as [Float])
  func `cancelling channels are mixed to the loudest, from the first word on`(gain: Float) throws {
    let speech = silence(1_234) + (try speech())
    let other = speech.map { $0 * -abs(gain) }
    let (samples, loudest) = mix(gain > 0 ? [speech, other] : [other, speech])
    let louder = abs(gain) > 1 ? other : speech
    #expect(samples == louder)
    #expect(loudest == (gain > 0 || abs(gain) > 1 ? 0 : 1))
  }

  @Test func `more than two cancelling channels are mixed to the loudest`() throws {
    let speech = try speech()
    let negative = speech.map { -$0 }
    let faint = speech.map { $0 * 0.1 }
    #expect(mix([faint, speech, negative]).samples == speech)
    #expect(mix([speech, negative, speech, negative]).samples == speech)
    #expect(mix([silence(speech.count), negative, speech, silence(speech.count)]).samples == negative)
  }

  @Test func `cancelling channels are detected despite noise and an offset`() throws {
    let speech = try speech()
    let hiss = noise(speech.count, 0.001, seed: 1)
    let other = noise(speech.count, 0.001, seed: 2)
    let one = zip(speech, hiss).map { $0 + $1 + 0.2 }
    let two = zip(speech, other).map { -$0 + $1 + 0.2 }
    let (samples, loudest) = mix([one, two])
    #expect(loudest != nil)
    // In pauses, where nothing cancels, either channel is right.
    let energy = zip(samples, loudest == 0 ? one : two).filter { $0 == $1 }.count
    #expect(Double(energy) > 0.8 * Double(speech.count))
  }

  @Test(arguments: [50, 60] as [Double])
  func `cancelling channels are detected despite common hum`(hertz: Double) throws {
    let speech = try speech()
    let hum = tone(hertz, rate: Self.rate, seconds: Double(speech.count) / Double(Self.rate)).map { $0 * 0.1 }
    let one = zip(speech, hum).map { $0 + $1 }
    #expect(mix([one, zip(speech, hum).map { $1 - $0 }]).loudest != nil)
  }

  @Test func `ordinary stereo is mixed to its mean, bit for bit`() throws {
    let speech = try speech()
    let count = speech.count
    let room = noise(count, 0.2, seed: 3)
    for part in [0, 0.1, 0.5, 1, -0.5] as [Float] {
      // The second channel contains part of the first, with either sign.
      let other = zip(speech, room).map { part * $0 + (1 - abs(part)) * $1 }
      let (samples, loudest) = mix([speech, other])
      #expect(samples == mean([speech, other]) && loudest == nil, "\(part)")
    }
    for delay in [1, 5, 16, 40, 400] {
      let late = silence(delay) + speech.dropLast(delay)
      let (samples, loudest) = mix([speech, late])
      #expect(samples == mean([speech, late]) && loudest == nil, "\(delay) samples late")
    }
    for others in [1, 3, 63] {
      let channels = [speech] + Array(repeating: silence(count), count: others)
      let (samples, loudest) = mix(channels)
      #expect(samples == mean(channels) && loudest == nil, "beside \(others) that are silent")
    }
    #expect(mix([speech, speech.map { $0 * -0.5 }]).loudest == nil)
    let independent = (0..<8).map { noise(count, 0.3, seed: 10 + $0) }
    #expect(mix(independent).samples == mean(independent))
  }

  @Test func `channels of silence, an offset or a click are mixed to their mean`() {
    let click = silence(8_000) + [0.9, -0.8, 0.7] + silence(8_000)
    for channels in [
      [silence(20_000), silence(20_000)],
      [Array(repeating: 0.5, count: 20_000), Array(repeating: -0.5, count: 20_000)],
      [click, click.map { -$0 }],
    ] as [[[Float]]] {
      let (samples, loudest) = mix(channels)
      #expect(samples == mean(channels) && loudest == nil)
    }
  }

  @Test func `mixing channels gives the same samples for pieces of any length`() throws {
    let speech = try speech()
    let first = speech + speech + speech
    let second = speech.map { -$0 } + speech + noise(speech.count, 0.3, seed: 5)
    let whole = mix([first, second])
    #expect(whole.samples.count == first.count && whole.loudest == 0)
    for piece in [1, 7, 160, 319, 320, 321, 5_000] {
      #expect(mix([first, second], piece: piece).samples == whole.samples, "\(piece)")
    }
  }

  @Test func `channels whose polarity changes lose no speech`() throws {
    let speech = try speech()
    let (samples, _) = mix([speech + speech, speech + speech.map { -$0 }])
    #expect(samples == speech + speech)
  }

  @Test func `speech in the other channel after cancelling channels is not lost`() throws {
    let (jingle, guest) = (noise(32_000, 0.5, seed: 6), try speech())
    let (samples, loudest) = mix([
      jingle + silence(guest.count), jingle.map { -$0 } + guest,
    ])
    #expect(loudest == 0)
    #expect(samples.prefix(jingle.count).elementsEqual(jingle))
    #expect(samples.suffix(guest.count).elementsEqual(guest.map { $0 / 2 }))
  }

  @Test func `channels whose faint noise cancels are mixed to their mean where they are loud`() throws {
    let hum = noise(32_000, 0.0005, seed: 7)
    let speech = try speech()
    let other = zip(speech, noise(speech.count, 0.05, seed: 8)).map { $0 * 0.6 + $1 }
    let (samples, _) = mix([hum + speech, hum.map { -$0 } + other])
    let expected = mean([speech, other])
    // Everything louder than the preceding noise.
    let same = zip(samples.suffix(speech.count), expected).filter { $0 == $1 }.count
    #expect(same > speech.count - 2 * 320)
  }

  @Test func `a first consonant that does not cancel is not lost`() throws {
    let (hiss, other) = (noise(2_240, 0.02, seed: 13), noise(2_240, 0.02, seed: 14))
    let vowel = noise(16_000, 0.5, seed: 15)
    let pause = silence(8_000)
    let (samples, loudest) = mix([pause + hiss + vowel, pause + other + vowel.map { -$0 }])
    #expect(loudest == 0)
    #expect(samples.suffix(16_000 + 2_240).elementsEqual(hiss + vowel))
  }

  @Test func `a short word that cancels is not lost`() throws {
    let word = noise(3_200, 0.3, seed: 9)
    let (one, two) = (noise(32_000, 0.001, seed: 10), noise(32_000, 0.001, seed: 11))
    func around(_ noise: [Float], _ word: [Float]) -> [Float] { noise + word + noise }
    let channels = [around(one, word), around(two, word.map { -$0 })]
    let (samples, loudest) = mix(channels)
    #expect(loudest != nil)
    let heard = samples[32_000..<35_200].reduce(0) { max($0, abs($1)) }
    #expect(heard > 0.25)
  }

  @Test func `channels with NaN and infinity do not trap`() {
    let channels = [[Float.nan] + silence(999), [Float.infinity] + silence(999)]
    #expect(mix(channels).samples.count == 1_000)
  }

  @Test(arguments: [1_000, 11_025, 44_100, 384_000])
  func `cancelling channels are detected within a second at any sample rate`(rate: Int) {
    let sound = noise(rate, 0.3, seed: 12)
    #expect(mix([sound, sound.map { -$0 }], rate: rate).samples == sound)
  }

  @Test func `cancelling channels give the same samples from a file and from a client`() async throws {
    let speech = try speech()
    let interleaved = speech.flatMap { [$0, -$0] }
    let samples = try await read(WAVEFile(channels: 2, audio: interleaved.pcm).bytes)
    #expect(difference(samples, speech) <= 0x1p-15)
    var stream = try PCMStream(format: PCMFormat(sampleRate: 16_000, bytesPerSample: 2, channels: 2))
    let streamed = try stream.append(interleaved.pcm.span) + stream.finish()
    #expect(streamed == samples)
    #expect(stream.loudestChannel == 0)
  }
}
