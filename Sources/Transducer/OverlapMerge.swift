/// Merges the tokens of two windows that share a stretch of audio.
///
/// The tokens of the overlap are aligned by id and time. The result follows the earlier window up to a token in the
/// middle of the agreement and the later one from there on, since each window is least reliable at its edges. Tokens
/// are never sorted.
public enum OverlapMerge {
  /// The maximum difference between two windows' times of the same token, in encoder frames.
  private static let tolerance = 4
  /// The score of a pair that directly follows another in both windows, in addition to 1 for a pair.
  private static let neighbourBonus: Float = 0.25
  /// The score that a pair loses for each frame between its times.
  private static let lossPerFrame: Float = 0.2

  /// Returns the tokens of both windows, each once, with times that never decrease.
  ///
  /// - Parameters:
  ///   - earlier: The earlier window's tokens in spoken order; frames count from the beginning of the audio.
  ///   - later: The later window's tokens, likewise.
  ///   - overlap: The encoder frames that both windows contain.
  ///   - startsWord: Returns true if a token begins a word.
  public static func merged(
    _ earlier: [Emission], _ later: [Emission], overlap: Range<Int>, startsWord: (Int32) -> Bool
  ) -> [Emission] {
    let first = earlier.firstIndex { $0.frame >= overlap.lowerBound - tolerance } ?? earlier.endIndex
    let end = later.firstIndex { $0.frame >= overlap.upperBound + tolerance } ?? later.endIndex
    let pairs = alignment(earlier[first...], later[..<end])
    let middle = (overlap.lowerBound + overlap.upperBound) / 2
    guard let seam = seam(of: pairs, earlier, near: middle) else {
      return joined(earlier, later, at: middle, startsWord: startsWord)
    }
    return appended(earlier[...seam.earlier], later[(seam.later + 1)...])
  }

  private struct Pair: Equatable {
    var earlier, later: Int
  }

  /// Returns the pairs of equal tokens with the highest total score, in order.
  private static func alignment(_ earlier: ArraySlice<Emission>, _ later: ArraySlice<Emission>) -> [Pair] {
    let (rows, columns) = (earlier.count, later.count)
    guard rows > 0, columns > 0 else { return [] }
    let width = columns + 1
    // For each number of leading tokens of both sides: the highest score of pairs among them, and the highest if
    // the last two tokens are a pair.
    var best = [Float](repeating: 0, count: (rows + 1) * width)
    var paired = [Float](repeating: -.infinity, count: (rows + 1) * width)
    for row in 1...rows {
      for column in 1...columns {
        let place = row * width + column
        let (one, other) = (earlier[earlier.startIndex + row - 1], later[later.startIndex + column - 1])
        let distance = abs(one.frame - other.frame)
        if one.token == other.token, distance <= tolerance {
          let before = place - width - 1
          paired[place] =
            1 - lossPerFrame * Float(distance) + max(best[before], paired[before] + neighbourBonus)
        }
        best[place] = max(best[place - 1], best[place - width], paired[place])
      }
    }
    return trace(best, paired, rows, columns).map {
      Pair(earlier: earlier.startIndex + $0.earlier, later: later.startIndex + $0.later)
    }
  }

  private static func trace(_ best: [Float], _ paired: [Float], _ rows: Int, _ columns: Int) -> [Pair] {
    let width = columns + 1
    var pairs: [Pair] = []
    var (row, column) = (rows, columns)
    var isInRun = false
    while row > 0, column > 0 {
      let place = row * width + column
      if isInRun || (paired[place] == best[place] && best[place] > 0) {
        pairs.append(Pair(earlier: row - 1, later: column - 1))
        let before = place - width - 1
        isInRun = paired[before] + neighbourBonus > best[before]
        (row, column) = (row - 1, column - 1)
      } else if best[place] == best[place - width] {
        row -= 1
      } else {
        column -= 1
      }
    }
    return pairs.reversed()
  }

  /// Returns the pair nearest to the middle, preferring pairs that have a neighbour.
  private static func seam(of pairs: [Pair], _ earlier: [Emission], near middle: Int) -> Pair? {
    let inRuns = pairs.indices.filter { index in
      let pair = pairs[index]
      let next = Pair(earlier: pair.earlier + 1, later: pair.later + 1)
      let previous = Pair(earlier: pair.earlier - 1, later: pair.later - 1)
      return (index + 1 < pairs.count && pairs[index + 1] == next)
        || (index > 0 && pairs[index - 1] == previous)
    }
    return (inRuns.isEmpty ? Array(pairs.indices) : inRuns).map { pairs[$0] }
      .min { abs(earlier[$0.earlier].frame - middle) < abs(earlier[$1.earlier].frame - middle) }
  }

  /// Joins windows without a common token: whole words of the earlier one up to the middle, then of the later one.
  private static func joined(
    _ earlier: [Emission], _ later: [Emission], at middle: Int, startsWord: (Int32) -> Bool
  ) -> [Emission] {
    let end = earlier.firstIndex { $0.frame >= middle && startsWord($0.token) } ?? earlier.endIndex
    let start = later.firstIndex { $0.frame >= middle && startsWord($0.token) } ?? later.endIndex
    return appended(earlier[..<end], later[start...])
  }

  /// Concatenates tokens so that times never decrease.
  private static func appended(
    _ earlier: ArraySlice<Emission>, _ later: ArraySlice<Emission>
  ) -> [Emission] {
    var merged = Array(earlier)
    for var emission in later {
      emission.frame = max(emission.frame, merged.last?.frame ?? 0)
      merged.append(emission)
    }
    return merged
  }
}
