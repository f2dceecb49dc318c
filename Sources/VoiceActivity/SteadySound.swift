/// Whether sound has kept its spectrum for 0.3 s, as noise does and speech does not.
///
/// How far the levels of noise stray from their mean follows from the width of a band alone: the narrower,
/// the farther. In clean recordings of speech their variance is at least ten times as large in any 0.3 s.
enum SteadySound {
  /// The frames that are looked at.
  static let length = 30

  /// The standard deviations, in dB, of the levels of rushing noise in the bands of speech over three frames.
  private static let deviations = Bands(1.5, 1.5, 1.33, 1.25, 1.14, 1.02, 0.86, 0.7)
  private static let scale = 1 / (deviations * deviations)
  /// How many times the variance of noise the levels may have, with and without what is common to all bands.
  private static let most: (level: Float, shape: Float) = (2, 0.9)

  /// The quietest 60 ms of the last frames in each band, in dB, if the sound is steady in them.
  ///
  /// - Parameters:
  ///   - levels: Levels of the bands of speech over three frames, frame t in row t modulo their number.
  ///   - time: The last frame.
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
