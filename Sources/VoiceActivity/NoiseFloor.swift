/// The noise level in each speech band.
///
/// It is the minimum level of the last seconds. When noise becomes louder, steady sound raises the floor at once; as
/// soon as a quieter frame arrives, the raise is discarded.
struct NoiseFloor: Sendable {
  private var window: SlidingMinimum
  /// The level that steady sound has raised the floor to, in dB.
  private var raised = Bands(repeating: -.infinity)
  /// The floor, in dB.
  private(set) var level = Bands(repeating: -.infinity)

  /// The sum over the bands, in dB, by which steady sound must exceed the floor to count as a different noise.
  private static let minimumRise: Float = 16
  /// The difference between the minimum of steady sound and the minimum over several seconds, in dB.
  private static let minimumOffset: Float = 0.75
  /// The sum over the bands, in dB, from which sound is quieter than the floor, and the part of each band not counted.
  private static let drop: (sum: Float, band: Float) = (3, 1)
  /// The maximum contribution of a band, in dB.
  private static let maximumPerBand: Float = 12

  /// - Parameter length: The number of frames over which the minimum is taken.
  init(length: Int) {
    window = SlidingMinimum(length: length)
  }

  /// Updates the floor with the smoothed levels of the next frame.
  ///
  /// - Parameters:
  ///   - levels: The level of each band, in dB.
  ///   - counts: True if the frame may become the minimum of the following seconds.
  mutating func update(_ levels: Bands, counts: Bool) {
    level = counts ? window.add(levels) : levels
    if isQuieter(levels, than: raised) { raised = Bands(repeating: -.infinity) }
    level.replace(with: raised, where: raised .> level)
  }

  /// Raises the floor to the level of steady sound if that is a different noise.
  ///
  /// - Returns: True if the floor was raised.
  mutating func raise(to steady: Bands) -> Bool {
    guard isExceeded(by: steady) else { return false }
    raised = steady - Self.minimumOffset
    level.replace(with: raised, where: raised .> level)
    return true
  }

  /// True if steady sound is loud enough above the floor to be a different noise.
  func isExceeded(by steady: Bands) -> Bool {
    (steady - level).clamped(lowerBound: .zero, upperBound: Bands(repeating: Self.maximumPerBand)).sum()
      > Self.minimumRise
  }

  /// True if a frame with these levels, in dB, is quieter than the floor and so precedes the present noise.
  func isAbove(_ levels: Bands) -> Bool {
    isQuieter(levels, than: level)
  }

  private func isQuieter(_ levels: Bands, than floor: Bands) -> Bool {
    (floor - levels - Self.drop.band).clamped(
      lowerBound: .zero, upperBound: Bands(repeating: Self.maximumPerBand)
    ).sum() > Self.drop.sum
  }
}
