/// The most probable course of a token sequence over a stretch of encoder frames.
struct TokenAlignment: Equatable {
  /// The logarithm of its probability.
  var score: Float
  /// The frame, from the beginning of the stretch, and the duration of each token.
  var steps: [(frame: Int, duration: Int)]

  static func == (one: TokenAlignment, other: TokenAlignment) -> Bool {
    one.score == other.score && one.steps.elementsEqual(other.steps, by: ==)
  }

  /// Finds the course by the Viterbi algorithm: at each frame the next token or blank comes, with any duration but for
  /// a blank's, which is not zero. The last one ends with the stretch.
  ///
  /// - Parameters:
  ///   - rows: For each number of tokens so far, the scores of the next token at each frame; the last row's tokens are
  ///     not used.
  ///   - frameCount: The number of frames of the stretch.
  /// - Returns: `nil` if the tokens do not fit.
  static func best(_ rows: [[FrameScores]], frameCount: Int) -> TokenAlignment? {
    let tokenCount = rows.count - 1
    let width = frameCount + 1
    var best = [Float](repeating: -.infinity, count: rows.count * width)
    // The duration of the last step, negative for a blank.
    var steps = [Int](repeating: 0, count: best.count)
    best[0] = 0
    func offer(_ score: Float, _ place: Int, _ step: Int) {
      if score > best[place] { (best[place], steps[place]) = (score, step) }
    }
    for frame in 0..<frameCount {
      for row in 0...tokenCount {
        let score = best[row * width + frame]
        guard score > -.infinity else { continue }
        let scores = rows[row][frame]
        let left = frameCount - frame
        for (duration, logarithm) in scores.blankDurations.enumerated() where 1...left ~= duration {
          offer(score + scores.blank + logarithm, row * width + frame + duration, -duration)
        }
        guard row < tokenCount else { continue }
        for (duration, logarithm) in scores.durations.enumerated() where duration <= left {
          offer(score + scores.token + logarithm, (row + 1) * width + frame + duration, duration)
        }
      }
    }
    var (row, frame) = (tokenCount, frameCount)
    let score = best[row * width + frame]
    guard score > -.infinity else { return nil }
    var course: [(frame: Int, duration: Int)] = []
    while row > 0 || frame > 0 {
      let step = steps[row * width + frame]
      // A token of duration 0 has the step 0, and a blank never has.
      frame -= abs(step)
      if step >= 0 {
        row -= 1
        course.append((frame, step))
      }
    }
    return TokenAlignment(score: score, steps: course.reversed())
  }
}
