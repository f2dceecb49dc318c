internal import SpeechFeatures

/// A place in speech where nobody says anything for a moment, too short for a pause.
enum CutPoint {
  /// Frames that have to be quiet: longer than the stop of a "t".
  private static let length = 16
  /// How much quieter each of them is than half of what is said, in nepers of energy (8.7 dB), the mean of all bands.
  private static let depth: Float = 2

  /// The middle of the quietest place in a range of frames; `nil` if none is quiet enough.
  ///
  /// - Parameter window: The frames that it is compared with; the range lies within.
  static func find(in range: Range<Int>, of window: Range<Int>, _ frames: LogMelFrames) -> Int? {
    let loudness = window.map { frames.loudness(of: $0) }
    let usual = loudness.sorted()[loudness.count / 2]
    var quietest: (loudness: Float, place: Int)?
    for place in range
    where place - length / 2 >= window.lowerBound && place + length / 2 <= window.upperBound {
      let first = place - length / 2 - window.lowerBound
      let loudest = loudness[first..<first + length].max() ?? 0
      if loudest <= usual - depth, loudest < quietest?.loudness ?? .infinity { quietest = (loudest, place) }
    }
    return quietest?.place
  }
}
