internal import SpeechFeatures

/// A quiet moment in speech that is too short for a pause.
enum CutPoint {
  /// The number of frames that must be quiet: longer than the closure of a "t".
  private static let length = 16
  /// The distance of each of them below the median loudness, the mean of all bands, in nepers of energy (8.7 dB).
  private static let depth: Float = 2

  /// Finds the middle of the quietest place in a range of frames; `nil` if none is quiet enough.
  ///
  /// - Parameter window: The frames to compare with; they contain the range.
  static func find(in range: Range<Int>, of window: Range<Int>, _ frames: LogMelFrames) -> Int? {
    let loudness = window.map { frames.loudness(of: $0) }
    let median = loudness.sorted()[loudness.count / 2]
    var quietest: (loudness: Float, place: Int)?
    for place in range
    where place - length / 2 >= window.lowerBound && place + length / 2 <= window.upperBound {
      let first = place - length / 2 - window.lowerBound
      let loudest = loudness[first..<first + length].max() ?? 0
      if loudest <= median - depth, loudest < quietest?.loudness ?? .infinity { quietest = (loudest, place) }
    }
    return quietest?.place
  }
}
