internal import SpeechFeatures

/// Where a long utterance is cut: the encoder takes a window at a time.
enum WindowPlan {
  /// How far back from a window's end a quiet place is looked for, as a part of the window.
  private static let searchPart = 0.2
  /// Feature frames over which loudness is averaged.
  private static let smoothing = 10

  /// Stretches of frames, each at most `limit` long, that together are the span. A cut lies at the quietest point
  /// near the end of its window.
  static func windows(over frames: LogMelFrames, _ span: Range<Int>, limit: Int) -> [Range<Int>] {
    precondition(limit > 0 && span.upperBound <= frames.count)
    var windows: [Range<Int>] = []
    var start = span.lowerBound
    while span.upperBound - start > limit {
      let earliest = start + max(1, limit - max(1, Int(Double(limit) * searchPart)))
      let cut = quietest(in: earliest...(start + limit), of: frames, within: span)
      windows.append(start..<cut)
      start = cut
    }
    if start < span.upperBound { windows.append(start..<span.upperBound) }
    return windows
  }

  /// The frame around which the log-mel energies are lowest. Frames outside of the span do not count: there may be more
  /// of them later.
  private static func quietest(
    in candidates: ClosedRange<Int>, of frames: LogMelFrames, within span: Range<Int>
  ) -> Int {
    let around = (candidates.lowerBound - smoothing..<candidates.upperBound + smoothing).clamped(to: span)
    let loudness = around.map { frames.loudness(of: $0) }
    var best = candidates.upperBound
    var lowest = Float.infinity
    for frame in candidates {
      let from = max(around.lowerBound, frame - smoothing) - around.lowerBound
      let to = min(around.upperBound, frame + smoothing) - around.lowerBound
      guard from < to else { continue }
      let mean = loudness[from..<to].reduce(0, +) / Float(to - from)
      if mean < lowest { (lowest, best) = (mean, frame) }
    }
    return best
  }
}
