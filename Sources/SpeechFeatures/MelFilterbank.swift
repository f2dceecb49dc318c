internal import Glibc

/// Triangular mel bands over the bins of a power spectrum: Slaney's scale and Slaney's area normalisation, as
/// in `librosa.filters.mel(htk=False, norm="slaney")`, which NeMo uses.
struct MelFilterbank: Sendable {
  /// One band: its first bin and the weights from there on. All other weights are zero.
  struct Band: Sendable {
    let firstBin: Int
    /// The range of the band's weights in ``MelFilterbank/weights``.
    let range: Range<Int>
  }

  let bands: [Band]
  let weights: [Float]

  /// - Parameters:
  ///   - bandCount: Bands between 0 Hz and half the sample rate.
  ///   - fftLength: Points of the transform; the spectrum has `fftLength / 2 + 1` bins.
  ///   - sampleRate: The sample rate, in hertz.
  init(bandCount: Int, fftLength: Int, sampleRate: Double) {
    let binCount = fftLength / 2 + 1
    let edges = Self.edges(bandCount: bandCount, sampleRate: sampleRate)
    var bands: [Band] = []
    var weights: [Float] = []
    for band in 0..<bandCount {
      let (low, center, high) = (edges[band], edges[band + 1], edges[band + 2])
      let area = 2 / (high - low)
      let start = weights.count
      var firstBin: Int?
      for bin in 0..<binCount {
        let hertz = Double(bin) * sampleRate / Double(fftLength)
        let weight = min((hertz - low) / (center - low), (high - hertz) / (high - center))
        guard weight > 0 else { continue }
        if firstBin == nil { firstBin = bin }
        weights.append(Float(weight * area))
      }
      bands.append(Band(firstBin: firstBin ?? 0, range: start..<weights.count))
    }
    self.bands = bands
    self.weights = weights
  }

  /// Returns the edges of the bands, in hertz: band b begins, peaks and ends at b, b + 1 and b + 2.
  static func edges(bandCount: Int, sampleRate: Double) -> [Double] {
    let top = mel(fromHertz: sampleRate / 2)
    return (0..<bandCount + 2).map { index in
      hertz(fromMel: top * Double(index) / Double(bandCount + 1))
    }
  }

  // Slaney's scale: linear below 1 kHz, logarithmic above (Auditory Toolbox, 1998).
  private static let hertzPerMel = 200.0 / 3
  private static let logarithmicFromHertz = 1000.0
  private static let logarithmicFromMel = logarithmicFromHertz / hertzPerMel
  private static let logarithmicStep = log(6.4) / 27

  private static func mel(fromHertz hertz: Double) -> Double {
    guard hertz >= logarithmicFromHertz else { return hertz / hertzPerMel }
    return logarithmicFromMel + log(hertz / logarithmicFromHertz) / logarithmicStep
  }

  private static func hertz(fromMel mel: Double) -> Double {
    guard mel >= logarithmicFromMel else { return mel * hertzPerMel }
    return logarithmicFromHertz * exp(logarithmicStep * (mel - logarithmicFromMel))
  }
}
