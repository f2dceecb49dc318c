import SpeechFeatures
import Support
import Testing

@testable import Recognition
@testable import SpeechFeatures

@Suite struct `The windows of an utterance` {
  @Test func `an utterance that fits in a window is one window, pauses included`() {
    let speech = Speaking([40..<300, 420..<700, 800..<950])
    #expect(speech.windows(limit: 1000) == [.init(0..<984)])
  }

  @Test func `an utterance longer than a window is divided at each sure pause`() {
    let speech = Speaking([40..<300, 420..<700, 720..<900, 1000..<1400])
    #expect(speech.windows(limit: 1000) == [.init(0..<336), .init(384..<936), .init(952..<1432)])
  }

  @Test func `an utterance that was too long for a window is divided at sure pauses to its end`() {
    let speech = Speaking([40..<300, 400..<1200, 1450..<1500, 1600..<1700])
    #expect(speech.windows(limit: 1000).map(\.frames.lowerBound) == [0, 368, 1416, 1568])
  }

  @Test func `long silence divides an utterance that fits in a window and is left out`() {
    let speech = Speaking([40..<100, 500..<600])
    #expect(speech.windows(limit: 1000) == [.init(0..<136), .init(464..<632)])
  }

  @Test func `a stretch without a sure pause is cut in the longest pause of a window's second half`() {
    let speech = Speaking([0..<300, 340..<560, 615..<800, 850..<1300])
    #expect(speech.windows(limit: 1000) == [.init(0..<592), .init(592..<1336)])
  }

  @Test func `speech without pauses is cut at the quietest place`() {
    let speech = Speaking([0..<1400], quiet: [760..<780])
    let windows = speech.windows(limit: 1000)
    #expect(windows.count == 2 && windows[0].isContinued == false)
    #expect((764...776).contains(windows[0].frames.upperBound))
    #expect(windows[1].frames.lowerBound == windows[0].frames.upperBound)
  }

  @Test func `speech is not cut at a stop consonant within a word`() {
    let speech = Speaking([0..<1400], quiet: [760..<768])
    #expect(speech.windows(limit: 1000) == [.init(0..<1000, isContinued: true), .init(800..<1432)])
  }

  @Test func `speech is cut in an early pause if there is no later one`() {
    let speech = Speaking([0..<200, 240..<1500])
    #expect(speech.windows(limit: 1000).first == .init(0..<224))
  }

  @Test func `steady speech without quiet places is cut into overlapping windows`() {
    let speech = Speaking([0..<2500])
    #expect(
      speech.windows(limit: 1000) == [
        .init(0..<1000, isContinued: true), .init(800..<1800, isContinued: true), .init(1600..<2536),
      ])
  }

  @Test func `the last window of an utterance has at least 100 frames`() {
    for end in 1001..<1120 {
      let last = Speaking([0..<end], quiet: [end - 60..<end - 30, 700..<720]).windows(limit: 1000).last
      #expect((last?.frames.count ?? 0) >= 100, "\(end)")
    }
  }

  @Test func `a window before long silence ends with the speech and its padding`() {
    let windows = Speaking([100..<300], end: 5000).windows(limit: 1000)
    #expect(windows == [.init(48..<336)])
  }

  @Test func `the quiet end of an utterance belongs to its last window`() {
    // Its energy is low, but voice activity has found it.
    let windows = Speaking([0..<1400], quiet: [1300..<1400]).windows(limit: 1000)
    #expect(windows.last?.frames.upperBound == 1432)
  }

  @Test func `a word of three frames is padded to the shortest window`() {
    #expect(Speaking([0..<3], end: 3, delays: [0]).windows(limit: 1000) == [.init(0..<10)])
  }

  /// Memory and time depend on the number of different lengths.
  @Test func `a window with silence around its speech has a length of whole steps`() {
    for length in 60..<900 {
      for start in 60..<68 {
        let windows = Speaking([start..<start + length]).windows(limit: 3000)
        guard let frames = windows.first?.frames else {
          Issue.record("no window for \(length) frames")
          continue
        }
        #expect(frames.count.isMultiple(of: WindowPlan.lengthStep), "\(start), \(length): \(frames)")
        #expect(frames.lowerBound <= start - 30 && frames.upperBound >= start + length + 30)
        #expect(frames.count < length + 60 + 7 + WindowPlan.lengthStep + 7)
      }
    }
  }

  @Test func `a window without silence before its speech has whole encoder frames`() {
    #expect(Speaking([0..<101]).windows(limit: 1000) == [.init(0..<136)])
  }

  @Test func `a rounded window does not exceed the limit or overlap the window before it`() {
    #expect(Speaking([40..<497]).windows(limit: 500) == [.init(8..<508)])
    let windows = Speaking([40..<300, 400..<1200]).windows(limit: 1000)
    for (one, next) in zip(windows, windows.dropFirst()) {
      #expect(one.frames.upperBound <= next.frames.lowerBound)
    }
  }

  @Test func `a window is complete once silence fills its last encoder frame`() {
    let plan = WindowPlan(limit: 500)
    #expect(!plan.isComplete(.init(8..<131)))
    #expect(plan.isComplete(.init(8..<136)))
    #expect(plan.isComplete(.init(8..<508)))
  }

  @Test func `audio without speech has no window`() {
    #expect(Speaking([], end: 4000).windows(limit: 1000).isEmpty)
  }

  /// The windows are a pure function of the audio, whenever they are requested and however much is known by then.
  @Test(arguments: 0..<8)
  func `windows of random utterances cover all speech and do not depend on the chunks`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<400 {
      let speech = Speaking.random(&random)
      let limit = [50, 128, 500, 777, 1500, 3000].randomElement(using: &random) ?? 500
      let windows = speech.windows(limit: limit)
      check(windows, of: speech, limit: limit)
      #expect(speech.windows(limit: limit, live: &random) == windows, "\(speech) at \(limit)")
    }
  }

  private func check(_ windows: [Window], of speech: Speaking, limit: Int) {
    for window in windows {
      #expect(!window.frames.isEmpty && window.frames.count <= limit)
      #expect(window.frames.lowerBound.isMultiple(of: 8))
    }
    for (one, next) in zip(windows, windows.dropFirst()) {
      #expect(one.isContinued == (next.frames.lowerBound < one.frames.upperBound))
      #expect(
        one.frames.lowerBound < next.frames.lowerBound && one.frames.upperBound < next.frames.upperBound)
    }
    #expect(windows.last?.isContinued != true)
    let missing = speech.segments.filter { segment in
      segment.contains { frame in !windows.contains { $0.frames.contains(frame) } }
    }
    // Rounding to whole encoder frames affects only the silence after a window.
    #expect(missing.isEmpty, "\(speech) at \(limit): \(windows)")
  }
}

extension Window {
  fileprivate init(_ frames: Range<Int>) {
    self.init(frames: frames, isContinued: false)
  }

  fileprivate init(_ frames: Range<Int>, isContinued: Bool) {
    self.init(frames: frames, isContinued: isContinued)
  }
}

/// A scripted utterance: its segments of speech, and the loudness of each frame.
private struct Speaking: CustomStringConvertible {
  var segments: [Range<Int>]
  let frames: LogMelFrames
  /// The number of frames after which each segment is found.
  let delays: [Int]

  static let hangOver = 30
  static let hindsight = 200

  init(_ segments: [Range<Int>], quiet: [Range<Int>] = [], end: Int? = nil, delays: [Int]? = nil) {
    self.segments = segments
    self.delays = delays ?? segments.map { _ in 20 }
    let count = end ?? (segments.last?.upperBound ?? 0) + 40
    var frames = LogMelFrames(bandCount: 1)
    for frame in 0..<count {
      let isSpeech = segments.contains { $0.contains(frame) } && !quiet.contains { $0.contains(frame) }
      // Speech is never steady.
      frames.append(1) { _ in Lanes(repeating: isSpeech ? -3 + Float(frame * 7 % 11) / 10 : -12) }
    }
    self.frames = frames
  }

  static func random(_ random: inout SeededGenerator) -> Speaking {
    var (segments, delays, quiet): ([Range<Int>], [Int], [Range<Int>]) = ([], [], [])
    var frame = Int.random(in: 0...400, using: &random)
    for _ in 0..<Int.random(in: 0...14, using: &random) {
      let length = [20, 150, 400, 2500].randomElement(using: &random) ?? 0
      let end = frame + Int.random(in: 5...5 + length, using: &random)
      segments.append(frame..<end)
      delays.append(Int.random(in: 0...min(Self.hindsight - 1, end - frame - 1), using: &random))
      if Bool.random(using: &random) {
        let place = Int.random(in: frame..<end, using: &random)
        quiet.append(place..<min(end, place + Int.random(in: 1...40, using: &random)))
      }
      let pause = [10, 60, 300, 500].randomElement(using: &random) ?? 0
      frame = end + hangOver + 1 + Int.random(in: 0...pause, using: &random)
    }
    return Speaking(
      segments, quiet: quiet, end: frame + Int.random(in: 0...800, using: &random), delays: delays)
  }

  /// Returns the speech that is known at a time.
  func speech(at time: Int, isEnded: Bool) -> SpeechSegments {
    let known = zip(segments, delays).filter { segment, delay in segment.lowerBound + delay < time }
    return SpeechSegments(
      segments: known.map { segment, _ in segment.lowerBound..<min(segment.upperBound, time) },
      leadingPad: 30, trailingPad: 30, judged: time, hindsight: Self.hindsight + Self.hangOver,
      end: isEnded ? max(time, WindowPlan.shortest) : time, isEnded: isEnded)
  }

  func windows(limit: Int) -> [Window] {
    var plan = WindowPlan(limit: limit)
    var windows: [Window] = []
    for isEnded in [false, true] {
      while let window = plan.next(speech(at: frames.count, isEnded: isEnded), frames) {
        windows.append(window)
      }
    }
    return windows
  }

  /// Returns the windows of the utterance when it arrives in pieces of random lengths.
  func windows(limit: Int, live random: inout SeededGenerator) -> [Window] {
    var plan = WindowPlan(limit: limit)
    var windows: [Window] = []
    var time = 0
    while time < frames.count {
      time = min(frames.count, time + Int.random(in: 1...200, using: &random))
      let speech = speech(at: time, isEnded: false)
      while let window = plan.next(speech, frames) {
        #expect(window.frames.upperBound <= time)
        windows.append(window)
      }
      #expect(plan.needed(speech) <= max(plan.start, time))
    }
    while let window = plan.next(speech(at: time, isEnded: true), frames) {
      windows.append(window)
    }
    return windows
  }

  var description: String { "\(segments), found after \(delays), \(frames.count) frames" }
}
