import Glibc
import SpeechFeatures
import VoiceActivity

/// Results for utterances whose noise changes its level, compared with constant noise.
struct StepFigures: Equatable, Sendable {
  /// The place at which the noise changes its level.
  enum Place: String, CaseIterable, Sendable {
    case before, atWords, inWords, atPause, inPause, lateInPause
  }

  var utterances = 0
  var missed = 0
  /// Utterances that lose more than 30 ms of the words in the span with constant noise.
  var cut = 0
  /// Spans that end more than 0.15 s later than with constant noise.
  var late = 0
  /// Spans that begin more than 0.15 s earlier, at the step.
  var early = 0
  /// Spans settled more than 0.25 s later, or never.
  var settledLate = 0
  /// The longest delay until a span is settled, in milliseconds; the whole pause if it never is.
  var longestDelay = 0

  /// The noise before and after the words, in seconds.
  static let (lead, pause) = (1.5, 2.2)

  /// Measures the recordings with noise `snr` dB below them that changes by `change` dB at a place.
  ///
  /// - Parameter ramp: The duration of the change, in seconds.
  static func steps(
    of change: Double, at place: Place, in kind: NoiseKind, snr: Double, ramp: Double = 0.01, bands: Int,
    names: [String] = Signals.recordings
  ) throws -> StepFigures {
    var figures = StepFigures()
    for (number, name) in names.enumerated() {
      let clean = Signals.silence(lead) + (try Signals.bare(name)) + Signals.silence(pause)
      let words = Int(lead * 16_000)..<clean.count - Int(pause * 16_000)
      let start =
        switch place {
        case .before: words.lowerBound - 8000
        case .atWords: words.lowerBound
        case .inWords: (words.lowerBound + words.upperBound) / 2
        case .atPause: words.upperBound
        case .inPause: words.upperBound + 2400
        case .lateInPause: words.upperBound + 12_800
        }
      let noise = kind.samples(clean.count, seed: 7000 + UInt64(number))
      let even = Signals.mixed(clean, in: words, with: noise, snr: snr)
      let changed = zip(clean, zip(even, Signals.gains(clean.count, change, from: start, over: ramp))).map {
        $0 + ($1.0 - $0) * $1.1
      }
      figures.compare(Signals.scaled(changed, by: 0.25), with: Signals.scaled(even, by: 0.25), words, bands)
    }
    return figures
  }

  private mutating func compare(_ changed: [Float], with even: [Float], _ words: Range<Int>, _ bands: Int) {
    utterances += 1
    let evenly = LiveDetection(to: even, words, bands: bands)
    guard let usual = evenly.span else { return }
    let live = LiveDetection(to: changed, words, bands: bands)
    guard let span = live.span else {
      missed += 1
      return
    }
    let first = max(usual.lowerBound, words.lowerBound)
    let last = min(usual.upperBound, words.upperBound)
    if span.lowerBound > first + 480 || span.upperBound < last - 480 { cut += 1 }
    if span.upperBound > usual.upperBound + 2400 { late += 1 }
    if span.lowerBound < usual.lowerBound - 2400 { early += 1 }
    let delay = (live.settled ?? changed.count) - (evenly.settled ?? even.count)
    if delay > 4000 { settledLate += 1 }
    longestDelay = max(longestDelay, delay / 16)
  }

  static func += (sum: inout StepFigures, other: StepFigures) {
    sum.utterances += other.utterances
    sum.missed += other.missed
    sum.cut += other.cut
    sum.late += other.late
    sum.early += other.early
    sum.settledLate += other.settledLate
    sum.longestDelay = max(sum.longestDelay, other.longestDelay)
  }
}

/// An utterance processed live, in chunks of 10 ms.
struct LiveDetection {
  /// The span at the end.
  private(set) var span: Range<Int>?
  /// The number of samples received when the span was first settled after the words.
  private(set) var settled: Int?

  init(to samples: [Float], _ words: Range<Int>, bands: Int) {
    var extractor = LogMelExtractor(bandCount: bands)
    var detector = VoiceActivityDetector(bandCount: bands)
    for start in stride(from: 0, to: samples.count - 159, by: 160) {
      extractor.append(Array(samples[start..<start + 160]).span)
      detector.process(extractor.frames)
      guard settled == nil, start > words.upperBound else { continue }
      if detector.span(sampleCount: start + 160)?.isSettled == true { settled = start + 160 }
    }
    span = detector.span(sampleCount: samples.count)?.samples
  }
}

extension Signals {
  static func scaled(_ samples: [Float], by factor: Float) -> [Float] {
    samples.map { $0 * factor }
  }

  /// Returns gain factors: 1, then a ramp in dB from sample `start` on to `change` dB.
  static func gains(_ count: Int, _ change: Double, from start: Int, over ramp: Double) -> [Float] {
    let length = max(1, ramp * Double(rate))
    return (0..<count).map { index in
      Float(pow(10, change / 20 * min(1, max(0, Double(index - start) / length))))
    }
  }
}
