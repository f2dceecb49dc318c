/// The loudest voice of an utterance, which is that of the speaker next to the microphone.
struct LeadingVoice: Sendable {
  /// The energies of the last frames: frame t at t modulo their number.
  private var energies: [Float]
  private var frameCount = 0
  /// The number of frames of speech at each level, in steps of 1 dB.
  private var counts: [Int]

  /// The frames over which energies are averaged: a syllable.
  private static let smoothing = 20
  /// The frames of a moment.
  private static let moment = 4
  /// The levels that are told apart, in dB.
  private static let levels: ClosedRange<Float> = -110...60
  /// The number of the loudest frames that determine a voice's level: more than a click has.
  private static let loudest = 30
  /// The most by which the voice is weaker than in those, in dB: a voice that is 12 dB weaker rarely reaches it, and a
  /// speaker rarely stays below it for 0.4 s.
  private static let range = 7

  init() {
    energies = Array(repeating: 0, count: Self.smoothing)
    counts = Array(repeating: 0, count: Int(Self.levels.upperBound - Self.levels.lowerBound) + 1)
  }

  /// Adds a frame with the level of each speech band, in dB.
  mutating func add(_ level: Bands) {
    energies[frameCount % Self.smoothing] = Decibels.energy(level).sum()
    frameCount += 1
  }

  /// Counts the last frame as speech.
  ///
  /// - Returns: True if it is loud enough for the loudest voice, judged by a syllable and by a moment.
  mutating func isHeard() -> (syllable: Bool, moment: Bool) {
    let place = place(ofLast: Self.smoothing)
    counts[place] += 1
    var (reference, frames) = (counts.count, 0)
    while frames < Self.loudest, reference > 0 {
      reference -= 1
      frames += counts[reference]
    }
    // Too few frames leave the reference at the lowest level.
    let least = reference - Self.range
    return (place >= least, self.place(ofLast: Self.moment) >= least)
  }

  /// Returns the mean level of the last frames, as an index of ``counts``.
  private func place(ofLast count: Int) -> Int {
    let count = min(count, frameCount)
    let mean = (1...count).reduce(0) { $0 + energies[(frameCount - $1) % Self.smoothing] } / Float(count)
    let level = Decibels.level(Bands(repeating: mean))[0]
    return Int(max(Self.levels.lowerBound, min(level, Self.levels.upperBound)) - Self.levels.lowerBound)
  }
}
