/// The change of the audible part of a spectrum over a few frames.
///
/// An instrument keeps the proportions of its partials, whether its tone is held, fades or trembles; a voice changes
/// them constantly.
struct SpectralChange: Sendable {
  /// The number of mel bands that are audible in both frames.
  var audible: Float = 0
  /// The mean change of their levels, in dB, relative to the mean of all.
  var mean: Float = 0
  /// The share of them whose level changed by less than 1 dB relative to the majority.
  var steady: Float = 0

  /// The change, in dB, above which a band that changes more than the mean is not counted to the majority.
  private static let outlier: Float = 2
  /// The change below which a band is steady, in dB.
  private static let steadyChange: Float = 1

  /// - Parameters:
  ///   - before: Energies of the earlier frame's mel bands, chunk by chunk.
  ///   - now: Energies of the present frame's mel bands, chunk by chunk.
  ///   - chunks: The lanes that count and the speech band of each chunk.
  ///   - threshold: The energy from which a mel band is audible, for each speech band.
  ///   - scratch: Working memory of two values per chunk.
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
