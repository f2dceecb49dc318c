/// Counts of utterances with words in which speech is missed or cut.
struct SpeechFigures: Equatable, Sendable {
  var utterances = 0
  /// Utterances in which no speech was found.
  var missed = 0
  /// Utterances in which speech was found without the beginning or the end of the words.
  var cut = 0
  /// The longest part of the words before or after the speech found, in milliseconds.
  var longestCut = 0

  mutating func measure(_ samples: [Float], words: Range<Int>, bands: Int) {
    utterances += 1
    guard let span = speechSpan(of: samples, bands: bands) else {
      missed += 1
      return
    }
    let lost = max(span.lowerBound - words.lowerBound, words.upperBound - span.upperBound)
    guard lost > 0 else { return }
    cut += 1
    longestCut = max(longestCut, lost / 16)
  }

  /// The 24 recordings in five noises at 10, 7 and 5 dB and clean, at three levels, with silence around them, only
  /// before them, and beginning and ending in a word; and clean after chimes.
  static func utterances(bands: Int) throws -> SpeechFigures {
    var figures = SpeechFigures()
    for (number, name) in Signals.recordings.enumerated() {
      let bare = try Signals.bare(name)
      let recording = try Signals.recording(name)
      let arrangements = [
        Signals.silence(1.5) + recording + Signals.silence(1.5), Signals.silence(1.5) + bare, bare,
      ]
      for clean in arrangements {
        let words = Signals.words(in: clean)
        for samples in try mixtures(clean, name: name, words: words, seed: UInt64(10 * number)) {
          for level in [-6.0, -40, -50] {
            figures.measure(
              Signals.in16Bits(Signals.scaled(samples, toPeak: level)), words: words, bands: bands)
          }
        }
      }
      figures.measureAfterChimes(recording, bands: bands)
    }
    return figures
  }

  private static func mixtures(
    _ clean: [Float], name: String, words: Range<Int>, seed: UInt64
  ) throws -> [[Float]] {
    var noises = [0, 1].flatMap { variant in
      NoiseKind.allCases.map { $0.samples(clean.count, seed: 1000 + seed + variant) }
    }
    noises.append(try Signals.babble(clean.count, without: name))
    return [clean]
      + noises.flatMap { noise in
        [10.0, 7, 5].map { Signals.mixed(clean, in: words, with: noise, snr: $0) }
      }
  }

  private mutating func measureAfterChimes(_ recording: [Float], bands: Int) {
    for seconds in [0.3, 0.5, 0.8] {
      for gap in [0.0, 0.2, 1] {
        for level in [-6.0, -12, -24] {
          let before = Signals.silence(0.1) + Signals.chime(seconds) + Signals.silence(gap)
          let words = Signals.words(in: recording)
          measure(
            before + Signals.scaled(recording, toPeak: level),
            words: before.count + words.lowerBound..<before.count + words.upperBound, bands: bands)
        }
      }
    }
  }

  /// Recordings that begin and end in a word, 5 dB above noise, eight times in each.
  static func atFiveDecibels(bands: Int) throws -> SpeechFigures {
    var figures = SpeechFigures()
    for (number, name) in Signals.recordings.enumerated() {
      let bare = try Signals.bare(name)
      for kind in NoiseKind.allCases {
        for variant in 0..<8 as Range<UInt64> {
          let noise = kind.samples(bare.count, seed: 5000 + 10 * UInt64(number) + variant)
          let mixed = Signals.mixed(bare, in: bare.indices, with: noise, snr: 5)
          figures.measure(Signals.scaled(mixed, toPeak: -20), words: bare.indices, bands: bands)
        }
      }
    }
    return figures
  }

  /// Pieces of 0.2 to 0.3 s cut out of words, with silence around them.
  static func pieces(bands: Int) throws -> SpeechFigures {
    var figures = SpeechFigures()
    for name in Signals.recordings {
      let bare = try Signals.bare(name)
      let loud = Signals.power(bare) / 4
      for seconds in [0.2, 0.25, 0.3] {
        let count = Int(seconds * Double(Signals.rate))
        for place in 0..<24 {
          let start = (bare.count - count) * place / 23
          let piece = Array(bare[start..<start + count])
          guard Signals.power(piece) > loud else { continue }
          let word = piece.enumerated().map { index, sample in
            sample * min(1, Float(min(index, count - index)) / 320)
          }
          let samples = Signals.silence(0.7) + Signals.scaled(word, toPeak: -12) + Signals.silence(1)
          figures.measure(samples, words: 11_200..<11_200 + count - 320, bands: bands)
        }
      }
    }
    return figures
  }
}
