internal import SpeechFeatures

/// Cuts an utterance into windows for the encoder.
///
/// An utterance that fits in one window is one window. In a longer one, each stretch between sure pauses is a window; a
/// stretch that is still too long is cut in the longest pause of a window's second half, else at a quiet place there,
/// else in an early pause. Without any pause, the next window begins before the end of this one, and their tokens are
/// merged.
///
/// A window is returned as soon as it is certain, and no later audio changes it: the windows are a pure function of the
/// audio, however it is split into chunks.
struct WindowPlan: Sendable {
  /// The most frames of a window.
  private let limit: Int
  /// The first frame that a later window can hold. A whole number of encoder frames.
  private(set) var start = 0
  /// True if the utterance does not fit in one window.
  private var isLong = false

  /// A pause that always divides, however short both sides are: models handle long silence badly.
  private static let separation = 300
  /// A pause that divides a long utterance: common between sentences, rare within them.
  private static let surePause = 80
  /// The length up to which pauses shorter than a sure one are compared.
  private static let longestPause = 60
  /// The number of frames beyond the longest window that are considered: speech that begins later is another passage.
  private static let sight = rest + surePause
  /// The most frames that two windows share.
  private static let overlap = 200
  /// The fewest frames after a cut outside a pause.
  private static let rest = 100
  /// The number of frames to which shorter audio is padded with silence: "yes" is an utterance, too.
  static let shortest = 10
  /// Feature frames per encoder frame, in all existing models: windows begin with one, so that times stay exact.
  static let alignment = 8
  /// The step of window lengths, three encoder frames or 0.24 s, where there is silence to fill it: a processor keeps
  /// kernels for each length, so there should be few lengths.
  static let lengthStep = 3 * alignment

  /// - Parameter limit: The most frames of a window; at least 50.
  init(limit: Int) {
    precondition(limit >= 50)
    self.limit = limit
  }

  /// Returns the next window, once it is certain.
  ///
  /// - Parameters:
  ///   - speech: The speech so far, of the same utterance at each call.
  ///   - frames: The frames from ``start`` on.
  mutating func next(_ speech: SpeechSegments, _ frames: LogMelFrames) -> Window? {
    guard let first = speech.segments.first(where: { $0.upperBound > start }) else { return nil }
    let lower = beginning(before: first.lowerBound, speech)
    var passage = passage(speech)
    if !isLong, passage.end - lower > limit {
      isLong = true
      passage = self.passage(speech)
    }
    guard passage.end - lower > limit else {
      guard passage.isClosed else { return nil }
      let upper = min(Self.alignedUp(passage.end + passage.trailingPad), speech.end, lower + limit)
      return take(
        rounded(max(start, min(lower, upper - Self.shortest))..<upper), next: Self.alignedUp(upper))
    }
    guard speech.isEnded || speech.judged >= lower + limit + Self.sight + speech.hindsight else { return nil }
    return cut(lower, passage, frames, trailingPad: speech.trailingPad)
  }

  /// Speech without a pause in which another window can begin.
  private struct Passage {
    var segments: [Range<Int>] = []
    /// True if no later speech will belong to it.
    var isClosed = false
    /// The silence after it that is recognized with it.
    var trailingPad = 0

    var end: Int { segments.last?.upperBound ?? 0 }
  }

  private func passage(_ speech: SpeechSegments) -> Passage {
    let pause = isLong ? Self.surePause : Self.separation
    var passage = Passage(trailingPad: speech.trailingPad)
    for segment in speech.segments where segment.upperBound > start {
      if !passage.segments.isEmpty, segment.lowerBound - passage.end >= pause {
        passage.isClosed = true
        break
      }
      passage.segments.append(max(segment.lowerBound, start)..<segment.upperBound)
    }
    if speech.judged - passage.end >= pause + speech.hindsight { passage.isClosed = true }
    if passage.isClosed {
      passage.trailingPad = min(speech.trailingPad, pause / 2)
    } else {
      passage.isClosed = speech.isEnded
    }
    return passage
  }

  /// Cuts a passage that is too long for one window. Considers only the frames that ``next(_:_:)`` waited for.
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
    /// In frames, up to ``longestPause``.
    var length: Int
  }

  private func pauses(of passage: Passage, until end: Int) -> [Pause] {
    zip(passage.segments, passage.segments.dropFirst()).compactMap { one, next in
      guard one.upperBound < end else { return nil }
      return Pause(
        start: one.upperBound, length: min(next.lowerBound - one.upperBound, Self.longestPause))
    }
  }

  /// Returns true if a window, the last one of an utterance that ends now, stays the same when silence follows.
  func isComplete(_ window: Window) -> Bool {
    window.frames.upperBound.isMultiple(of: Self.alignment) || window.frames.count == limit
  }

  /// Extends a window by the silence before it to a multiple of ``lengthStep``. There is no speech between ``start``
  /// and a window's first frame.
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

  /// Returns the first frame that a later window can hold.
  func needed(_ speech: SpeechSegments) -> Int {
    let first =
      speech.segments.first { $0.upperBound > start }?.lowerBound ?? speech.judged - speech.hindsight
    return max(start, beginning(before: first, speech) - (Self.lengthStep - Self.alignment))
  }

  /// Returns the beginning of a window whose first speech is at a frame.
  private func beginning(before frame: Int, _ speech: SpeechSegments) -> Int {
    Self.alignedDown(max(start, frame - min(speech.leadingPad, limit / 4)))
  }

  private static func alignedDown(_ frame: Int) -> Int { frame / alignment * alignment }
  private static func alignedUp(_ frame: Int) -> Int { alignedDown(frame + alignment - 1) }
}
