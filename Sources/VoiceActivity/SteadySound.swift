/// Detection of sound that keeps its spectrum for 0.3 s, as noise does and speech does not.
///
/// The deviation of noise levels from their mean depends only on the width of the band: the narrower the band, the
/// larger it is. In clean recordings of speech the variance is at least ten times as large in any 0.3 s.
enum SteadySound {
  /// The number of frames examined.
  static let length = 30

  /// The standard deviations, in dB, of the levels of broadband noise in the speech bands over three frames.
  private static let deviations = Bands(1.5, 1.5, 1.33, 1.25, 1.14, 1.02, 0.86, 0.7)
  private static let scale = 1 / (deviations * deviations)
  /// The maximum variance of the levels relative to that of noise, with and without the part common to all bands.
  private static let most: (level: Float, shape: Float) = (2, 0.9)

  /// Returns the quietest 60 ms of the last frames in each band, in dB; `nil` if the sound is not steady in them.
  ///
  /// - Parameters:
  ///   - levels: The levels of the speech bands over three frames, in dB: frame t in row t modulo the row count.
  ///   - time: The index of the last frame.
  static func floor(of levels: [Bands], at time: Int) -> Bands? {
    guard time >= length + 1 else { return nil }
    var mean = Bands.zero
    for frame in time - length + 1...time { mean += levels[frame % levels.count] }
    mean /= Float(length)
    let commonMean = mean.sum() / Float(Bands.scalarCount)
    var (variance, shapeVariance) = (Bands.zero, Bands.zero)
    var floor = Bands(repeating: .infinity)
    for frame in time - length + 1...time {
      let level = levels[frame % levels.count]
      let deviation = level - mean
      let shape = deviation - (level.sum() / Float(Bands.scalarCount) - commonMean)
      variance += deviation * deviation
      shapeVariance += shape * shape
      guard frame > time - length + 3 else { continue }
      let smoothed = (level + levels[(frame - 3) % levels.count]) / 2
      floor.replace(with: smoothed, where: smoothed .< floor)
    }
    let share = 1 / Float(length * Bands.scalarCount)
    guard (variance * scale).sum() * share < most.level, (shapeVariance * scale).sum() * share < most.shape
    else { return nil }
    return floor
  }
}
