/// How much of what was heard lately moved as a voice does.
struct SpeechEvidence: Sendable {
  /// In frames: each that moves adds one, and what a voice is not takes some away.
  private(set) var frames: Float = 0

  /// What is never exceeded, so that a pause after long speech is not overheard.
  private static let most: Float = 20
  /// What a frame of a tone, of steady noise and of quiet takes away.
  private static let loss: (tone: Float, noise: Float, quiet: Float) = (1.25, 0.15, 0.1)
  /// Fewer audible mel bands tell nothing of a change.
  private static let fewestAudible: Float = 4
  /// The share of all mel bands from which sound is broad, which tones seldom are.
  private static let broad: Float = 0.6
  /// The share of all mel bands below which a steady sound may as well be noise as a tone.
  private static let narrow: Float = 0.07
  /// A greater mean change, in dB, of sound that is not broad is one note's end and another's beginning.
  private static let cut: Float = 14
  /// If more than this share of the audible mel bands is steady, it is a tone.
  private static let tonal: Float = 0.5
  /// A smaller mean change of the audible bands of speech, in dB, is noise that has been there for a while.
  private static let stationary: Float = 2.5

  /// A frame of sound.
  ///
  /// - Parameters:
  ///   - change: What became of the mel bands in some 40 ms.
  ///   - melBandCount: All mel bands that there are.
  ///   - levels: The bands of speech some 70 ms earlier and now, in dB.
  ///   - threshold: The levels from which they are audible.
  mutating func hear(
    _ change: SpectralChange, of melBandCount: Int, levels: (before: Bands, now: Bands), threshold: Bands
  ) {
    let share = change.audible / Float(melBandCount)
    if change.audible < Self.fewestAudible || (change.mean > Self.cut && share < Self.broad) { return }
    if change.steady > Self.tonal { return add(share < Self.narrow ? -Self.loss.noise : -Self.loss.tone) }
    let isAudible = (levels.now .> threshold) .| (levels.before .> threshold)
    let differences = Bands.zero.replacing(with: magnitude(levels.now - levels.before), where: isAudible)
    let count = Bands.zero.replacing(with: 1, where: isAudible).sum()
    add(differences.sum() >= Self.stationary * count ? 1 : -Self.loss.noise)
  }

  /// A frame without sound.
  mutating func hearNothing() {
    add(-Self.loss.quiet)
  }

  /// Speech is over; what comes must show itself anew.
  mutating func forget() {
    frames = 0
  }

  private mutating func add(_ change: Float) {
    frames = min(max(frames + change, 0), Self.most)
  }
}
