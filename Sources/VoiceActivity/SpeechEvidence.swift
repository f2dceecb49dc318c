/// The amount of recent sound whose spectrum changed as a voice's does.
struct SpeechEvidence: Sendable {
  /// The evidence, in frames: each frame that changes like a voice adds one; tones, noise and quiet subtract.
  private(set) var frames: Float = 0

  /// The maximum of the evidence, so that a pause after long speech is not missed.
  private static let maximum: Float = 20
  /// The evidence that a frame of a tone, of steady noise and of quiet subtracts.
  private static let loss: (tone: Float, noise: Float, quiet: Float) = (1.25, 0.15, 0.1)
  /// The number of audible mel bands below which a change is not measurable.
  private static let minimumAudible: Float = 4
  /// The share of all mel bands from which sound is broadband, which tones seldom are.
  private static let broad: Float = 0.6
  /// The share of all mel bands below which a steady sound can be noise as well as a tone.
  private static let narrow: Float = 0.07
  /// The mean change, in dB, above which sound that is not broadband is the boundary between two notes.
  private static let cut: Float = 14
  /// The share of steady bands among the audible mel bands above which sound is a tone.
  private static let tonal: Float = 0.5
  /// The mean change of the audible speech bands, in dB, below which sound is continuing noise.
  private static let stationary: Float = 2.5

  /// Updates the evidence with a frame of sound.
  ///
  /// - Parameters:
  ///   - change: The change of the mel bands over some 40 ms.
  ///   - melBandCount: The number of all mel bands.
  ///   - levels: The levels of the speech bands some 70 ms earlier and now, in dB.
  ///   - threshold: The levels from which they are audible, in dB.
  mutating func addSound(
    _ change: SpectralChange, of melBandCount: Int, levels: (before: Bands, now: Bands), threshold: Bands
  ) {
    let share = change.audible / Float(melBandCount)
    if change.audible < Self.minimumAudible || (change.mean > Self.cut && share < Self.broad) { return }
    if change.steady > Self.tonal { return add(share < Self.narrow ? -Self.loss.noise : -Self.loss.tone) }
    let isAudible = (levels.now .> threshold) .| (levels.before .> threshold)
    let differences = Bands.zero.replacing(with: magnitude(levels.now - levels.before), where: isAudible)
    let count = Bands.zero.replacing(with: 1, where: isAudible).sum()
    add(differences.sum() >= Self.stationary * count ? 1 : -Self.loss.noise)
  }

  /// Updates the evidence with a frame without sound.
  mutating func addQuiet() {
    add(-Self.loss.quiet)
  }

  /// Discards the evidence at the end of speech.
  mutating func reset() {
    frames = 0
  }

  private mutating func add(_ change: Float) {
    frames = min(max(frames + change, 0), Self.maximum)
  }
}
