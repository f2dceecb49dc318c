/// How the audible part of a spectrum has changed since a little earlier.
///
/// The sound of an instrument keeps the proportions of its partials, be it held, fading or trembling; a voice
/// moves them all the time.
struct SpectralChange: Sendable {
  /// Mel bands that were and are audible.
  var audible: Float = 0
  /// The mean change of their levels, in dB, apart from what is common to all.
  var mean: Float = 0
  /// The share of them whose level has changed by less than 1 dB apart from what is common to most.
  var steady: Float = 0

  /// Bands that change by more than this, in dB, and more than the mean do not tell what is common to most.
  private static let outlier: Float = 2
  /// In dB.
  private static let steadyChange: Float = 1

  /// - Parameters:
  ///   - now: Energies of the mel bands, chunk by chunk.
  ///   - before: The same of the earlier frame.
  ///   - chunks: Which lanes count, and whose threshold.
  ///   - threshold: The energy from which a mel band is audible, for each band of speech.
  ///   - scratch: Room for two values a chunk.
  init(
    from before: UnsafeBufferPointer<Bands>, to now: UnsafeBufferPointer<Bands>,
    chunks: UnsafeBufferPointer<SpeechBands.Chunk>, threshold: Bands,
    scratch: UnsafeMutableBufferPointer<Bands>
  ) {
    let count = chunks.count
    precondition(now.count == count && before.count == count && scratch.count == 2 * count)
    var weights = Bands.zero
    var sum = Bands.zero
    for index in 0..<count {
      let limit = Bands(repeating: threshold[chunks[index].band])
      let isAudible = (now[index] .> limit) .& (before[index] .> limit)
      let weight = Bands.zero.replacing(with: chunks[index].weights, where: isAudible)
      let change = Decibels.level(now[index] / before[index])
      scratch[index] = change
      scratch[count + index] = weight
      weights += weight
      sum += change * weight
    }
    audible = weights.sum()
    guard audible > 0 else { return }
    let common = sum.sum() / audible

    var deviations = Bands.zero
    for index in 0..<count { deviations += magnitude(scratch[index] - common) * scratch[count + index] }
    mean = deviations.sum() / audible

    let outlier = Bands(repeating: max(Self.outlier, mean))
    (weights, sum) = (.zero, .zero)
    for index in 0..<count {
      let change = scratch[index]
      let weight = Bands.zero.replacing(
        with: scratch[count + index], where: magnitude(change - common) .< outlier)
      weights += weight
      sum += change * weight
    }
    let most = sum.sum() / max(1, weights.sum())

    weights = .zero
    let limit = Bands(repeating: Self.steadyChange)
    for index in 0..<count {
      weights += Bands.zero.replacing(
        with: scratch[count + index], where: magnitude(scratch[index] - most) .< limit)
    }
    steady = weights.sum() / audible
  }
}
