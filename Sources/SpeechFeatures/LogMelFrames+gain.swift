internal import Glibc

extension LogMelFrames {
  /// The energy, summed over all bands, of the loudest frame of speech whose samples reach a tenth of full scale. From
  /// this level on speech is loud enough: the logarithm's guard hides only its weakest bands.
  private static let ordinaryEnergy = 0.3

  /// Returns a range of frames as louder samples would have given them. Quiet speech is raised to an ordinary level, so
  /// that the logarithm's guard, 2⁻²⁴, hides no more of it than of other speech. Frames that are loud enough are
  /// unchanged: since each band is normalised, a gain makes a difference only because of the guard.
  ///
  /// The gain depends on these frames alone.
  ///
  /// - Parameters:
  ///   - range: The frames to amplify, which keep their indices.
  ///   - decibels: The maximum gain, in dB.
  public func amplified(_ range: Range<Int>, upTo decibels: Double) -> LogMelFrames {
    guard decibels > 0 else { return self }
    // Most speech is loud enough in a single band, which is a cheap test.
    let indices = (range.lowerBound - startIndex) * bandCount..<(range.upperBound - startIndex) * bandCount
    guard let highest = values[indices].max(), Double(exp(highest)) < Self.ordinaryEnergy else { return self }
    guard let loudest = range.map({ energy(of: $0) }).max(), loudest > 0 else { return self }
    let gain = min(Self.ordinaryEnergy / loudest, pow(10, decibels / 10))
    guard gain > 1 else { return self }
    let factor = Float(gain)
    return mapping(range) { value in
      log(max(0, exp(value) - LogMelExtractor.logGuard) * factor + LogMelExtractor.logGuard)
    }
  }

  /// True if any frame is louder than the noise of a quiet room: 50 dB below full scale.
  public var isSound: Bool {
    (startIndex..<endIndex).contains { energy(of: $0) > Self.ordinaryEnergy / 1000 }
  }

  /// Returns the energy of a frame, summed over all bands.
  func energy(of frame: Int) -> Double {
    let start = (frame - startIndex) * bandCount
    return values[start..<start + bandCount].reduce(0) { sum, value in
      sum + Double(max(0, exp(value) - LogMelExtractor.logGuard))
    }
  }
}
