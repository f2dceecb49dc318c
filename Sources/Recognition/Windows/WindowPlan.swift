internal import SpeechFeatures

/// Cuts an utterance for the encoder, which takes a window at a time.
///
/// What fits in one window is one. Of what does not, each stretch between sure pauses is a window; a stretch that is still too
/// long is cut in the longest pause of a window's second half, else at a quiet place there, else in an early pause. Where
/// nobody pauses, the next window begins before the end of this one, and their tokens are merged.
///
/// A window is given as soon as it is certain, and nothing that comes later changes it: the windows are a pure function of
/// the audio, however it is cut into chunks.
struct WindowPlan: Sendable {
  /// The most frames of a window.
  private let limit: Int
  /// Frames before it are in a window already, or never will be. A whole number of encoder frames.
  private(set) var start = 0
  /// Whether the utterance does not fit in one window.
  private var isLong = false

  /// A pause after which something else begins, however short both are: no model likes long silence.
  private static let separation = 300
  /// A pause that divides what does not fit in one window: between sentences, seldom in them.
  private static let surePause = 80
  /// Pauses in what is said without a sure pause are compared up to this length.
  private static let longestPause = 60
  /// Frames behind the most that a window may hold that are looked at: what begins later is another passage.
  private static let sight = rest + surePause
  /// Frames that two windows share at most.
  private static let overlap = 200
  /// The fewest frames behind a cut that lies in no pause.
  private static let rest = 100
  /// Shorter audio is padded with silence to this many frames: "yes" is an utterance, too.
  static let shortest = 10
  /// Feature frames to an encoder frame, of all models there are: windows begin with one, so that times stay exact.
  static let alignment = 8
  /// Windows have a whole number of these frames, three encoder frames or 0.24 s, where there is silence to fill them
  /// with: a processor keeps what it has made for each length, so lengths should be few.
  static let lengthStep = 3 * alignment

  /// - Parameter limit: The most frames of a window; at least 50.
  init(limit: Int) {
    precondition(limit >= 50)
    self.limit = limit
  }

  /// The next window, once it is certain.
  ///
  /// - Parameters:
  ///   - heard: The speech so far, of the same utterance at each call.
  ///   - frames: Those from ``start`` on.
  mutating func next(_ heard: SpeechSegments, _ frames: LogMelFrames) -> Window? {
    guard let first = heard.segments.first(where: { $0.upperBound > start }) else { return nil }
    let lower = beginning(before: first.lowerBound, heard)
    var passage = passage(heard)
    if !isLong, passage.end - lower > limit {
      isLong = true
      passage = self.passage(heard)
    }
    guard passage.end - lower > limit else {
      guard passage.isClosed else { return nil }
      let upper = min(Self.alignedUp(passage.end + passage.trailingPad), heard.end, lower + limit)
      return take(
        rounded(max(start, min(lower, upper - Self.shortest))..<upper), next: Self.alignedUp(upper))
    }
    guard heard.isEnded || heard.judged >= lower + limit + Self.sight + heard.hindsight else { return nil }
    return cut(lower, passage, frames, trailingPad: heard.trailingPad)
  }

  /// Speech without a pause in which another window may begin.
  private struct Passage {
    var segments: [Range<Int>] = []
    /// Whether nothing more will belong to it.
    var isClosed = false
    /// Silence behind it that is recognized with it.
    var trailingPad = 0

    var end: Int { segments.last?.upperBound ?? 0 }
  }

  private func passage(_ heard: SpeechSegments) -> Passage {
    let pause = isLong ? Self.surePause : Self.separation
    var passage = Passage(trailingPad: heard.trailingPad)
    for segment in heard.segments where segment.upperBound > start {
      if !passage.segments.isEmpty, segment.lowerBound - passage.end >= pause {
        passage.isClosed = true
        break
      }
      passage.segments.append(max(segment.lowerBound, start)..<segment.upperBound)
    }
    if heard.judged - passage.end >= pause + heard.hindsight { passage.isClosed = true }
    if passage.isClosed {
      passage.trailingPad = min(heard.trailingPad, pause / 2)
    } else {
      passage.isClosed = heard.isEnded
    }
    return passage
  }

  /// Cuts what is too long for one window. It is looked at only as far as ``next(_:_:)`` waited for.
  private mutating func cut(
    _ lower: Int, _ passage: Passage, _ frames: LogMelFrames, trailingPad: Int
  ) -> Window {
    let end = lower + limit
    let pauses = pauses(of: passage, until: end)
    func cut(in pause: Pause) -> Window {
      let upper = min(Self.alignedUp(pause.start + min(trailingPad, pause.length / 2)), end)
      return take(rounded(lower..<upper), next: Self.alignedUp(upper))
    }
    let late = pauses.filter { $0.start - lower >= limit / 2 }
    if let pause = late.max(by: { ($0.length, $0.start) < ($1.length, $1.start) }) { return cut(in: pause) }
    let second = lower + limit / 2..<max(lower + limit / 2, min(end, passage.end - Self.rest))
    if let quiet = CutPoint.find(in: second, of: lower..<min(end, frames.endIndex), frames) {
      return take(rounded(lower..<Self.alignedDown(quiet)), next: Self.alignedDown(quiet))
    }
    if let pause = pauses.last(where: { $0.start - lower >= min(Self.rest, limit / 8) }) {
      return cut(in: pause)
    }
    let next = Self.alignedDown(end - min(Self.overlap, limit / 3))
    let isSpeech = passage.segments.contains { $0.overlaps(next..<end) }
    return take(lower..<end, next: isSpeech ? next : Self.alignedUp(end))
  }

  private struct Pause {
    var start: Int
    /// Frames, but not more than matter.
    var length: Int
  }

  private func pauses(of passage: Passage, until end: Int) -> [Pause] {
    zip(passage.segments, passage.segments.dropFirst()).compactMap { one, next in
      guard one.upperBound < end else { return nil }
      return Pause(
        start: one.upperBound, length: min(next.lowerBound - one.upperBound, Self.longestPause))
    }
  }

  /// Whether a window, the last one of an utterance that ends now, stays the same if silence follows.
  func isComplete(_ window: Window) -> Bool {
    window.frames.upperBound.isMultiple(of: Self.alignment) || window.frames.count == limit
  }

  /// The frames of a window with silence before them, so that their number is one of few. There is no speech between
  /// ``start`` and a window's first frame.
  private func rounded(_ frames: Range<Int>) -> Range<Int> {
    let beyond = frames.count % Self.lengthStep
    guard beyond > 0 else { return frames }
    let missing = Self.alignedDown(Self.lengthStep - beyond)
    guard frames.count + missing <= limit else { return frames }
    return max(start, frames.lowerBound - missing)..<frames.upperBound
  }

  private mutating func take(_ frames: Range<Int>, next: Int) -> Window {
    start = next
    return Window(frames: frames, isContinued: next < frames.upperBound)
  }

  /// The first frame that a window to come may hold.
  func needed(_ heard: SpeechSegments) -> Int {
    let speech = heard.segments.first { $0.upperBound > start }?.lowerBound ?? heard.judged - heard.hindsight
    return max(start, beginning(before: speech, heard) - (Self.lengthStep - Self.alignment))
  }

  /// Where a window begins whose first speech is at a frame.
  private func beginning(before speech: Int, _ heard: SpeechSegments) -> Int {
    Self.alignedDown(max(start, speech - min(heard.leadingPad, limit / 4)))
  }

  private static func alignedDown(_ frame: Int) -> Int { frame / alignment * alignment }
  private static func alignedUp(_ frame: Int) -> Int { alignedDown(frame + alignment - 1) }
}
