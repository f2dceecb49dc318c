internal import Glibc

extension LogMelFrames {
  /// The energy, all bands together, of the loudest frame of speech whose samples reach a tenth of full scale. From there on
  /// speech is loud enough: what the logarithm's guard hides of it are its weakest bands.
  private static let ordinaryEnergy = 0.3

  /// A stretch of frames as it would be if the samples had been louder: quiet speech is brought to an ordinary level, so that
  /// the logarithm's guard, 2⁻²⁴, hides no more of it than of other speech. Of frames that are loud enough nothing changes; nor
  /// would it by any gain, but for the guard, since each band is normalised.
  ///
  /// The gain follows from these frames alone.
  ///
  /// - Parameter decibels: The most that is added.
  public func amplified(_ range: Range<Int>, upTo decibels: Double) -> LogMelFrames {
    guard decibels > 0 else { return self }
    // Most speech is loud enough in one band alone, which is seen at once.
    let numbers = (range.lowerBound - startIndex) * bandCount..<(range.upperBound - startIndex) * bandCount
    guard let highest = values[numbers].max(), Double(exp(highest)) < Self.ordinaryEnergy else { return self }
    guard let loudest = range.map({ energy(of: $0) }).max(), loudest > 0 else { return self }
    let gain = min(Self.ordinaryEnergy / loudest, pow(10, decibels / 10))
    guard gain > 1 else { return self }
    let factor = Float(gain)
    return mapping(range) { value in
      log(max(0, exp(value) - LogMelExtractor.logGuard) * factor + LogMelExtractor.logGuard)
    }
  }

  /// Whether something is louder than the noise of a quiet room: 50 dB below full scale.
  public var isSound: Bool {
    (startIndex..<endIndex).contains { energy(of: $0) > Self.ordinaryEnergy / 1000 }
  }

  /// The energy of a frame, all bands together.
  func energy(of frame: Int) -> Double {
    let start = (frame - startIndex) * bandCount
    return values[start..<start + bandCount].reduce(0) { sum, value in
      sum + Double(max(0, exp(value) - LogMelExtractor.logGuard))
    }
  }
}
