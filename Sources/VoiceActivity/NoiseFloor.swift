/// The level below which there is only noise, in each band of speech.
///
/// It is the quietest moment of the last seconds. Where noise has become louder, steady sound raises it at once; as
/// soon as it is quieter again, that is forgotten.
struct NoiseFloor: Sendable {
  private var window: SlidingMinimum
  /// What steady sound has raised the floor to.
  private var raised = Bands(repeating: -.infinity)
  /// The floor, in dB.
  private(set) var level = Bands(repeating: -.infinity)

  /// The sum over the bands, in dB, by which steady sound is above the floor if it is another noise.
  private static let leastRise: Float = 16
  /// By how much the quietest moment of some seconds is below that of steady sound, in dB.
  private static let rarer: Float = 0.75
  /// The sum over the bands, in dB, from which sound is quieter than the floor, and what is left out of each.
  private static let missing: (sum: Float, band: Float) = (3, 1)
  /// A band counts at most this much, in dB.
  private static let mostPerBand: Float = 12

  /// - Parameter length: The frames of which the quietest moment counts.
  init(length: Int) {
    window = SlidingMinimum(length: length)
  }

  /// Takes the levels of the next frame, smoothed.
  ///
  /// - Parameter counts: Whether it may be the quietest moment of the next seconds, too.
  mutating func hear(_ levels: Bands, counts: Bool) {
    level = counts ? window.add(levels) : levels
    if isQuieter(levels, than: raised) { raised = Bands(repeating: -.infinity) }
    level.replace(with: raised, where: raised .> level)
  }

  /// Raises the floor to that of steady sound, if it is another noise.
  ///
  /// - Returns: Whether it is.
  mutating func raise(to steady: Bands) -> Bool {
    guard isOutdone(by: steady) else { return false }
    raised = steady - Self.rarer
    level.replace(with: raised, where: raised .> level)
    return true
  }

  /// Whether steady sound is so much louder that it is another noise.
  func isOutdone(by steady: Bands) -> Bool {
    (steady - level).clamped(lowerBound: .zero, upperBound: Bands(repeating: Self.mostPerBand)).sum()
      > Self.leastRise
  }

  /// Whether so quiet a sound was there before the floor was what it is.
  func isAbove(_ levels: Bands) -> Bool {
    isQuieter(levels, than: level)
  }

  private func isQuieter(_ levels: Bands, than floor: Bands) -> Bool {
    (floor - levels - Self.missing.band).clamped(
      lowerBound: .zero, upperBound: Bands(repeating: Self.mostPerBand)
    ).sum() > Self.missing.sum
  }
}
