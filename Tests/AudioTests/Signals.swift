import Glibc

/// Returns a tone at half of full scale, sampled at `rate` hertz.
func tone(_ hertz: Double, rate: Int, seconds: Double) -> [Float] {
  (0..<Int(seconds * Double(rate))).map { index in
    Float(0.5 * sin(2 * Double.pi * hertz * Double(index) / Double(rate)))
  }
}

/// Returns the maximum difference of two signals; infinity if one is longer.
func difference(_ one: some Collection<Float>, _ other: some Collection<Float>) -> Float {
  guard one.count == other.count else { return .infinity }
  return zip(one, other).map { abs($0 - $1) }.max() ?? 0
}

extension Collection<Float> {
  /// The samples as 16-bit raw audio.
  var pcm: [UInt8] {
    flatMap { sample -> [UInt8] in
      let value = Int16(Swift.max(-1, Swift.min(sample, 0x7FFFp-15)) * 0x1p15)
      return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }
  }

  /// The samples as little-endian float32.
  var floats: [UInt8] {
    flatMap { sample in (0..<4).map { UInt8(truncatingIfNeeded: sample.bitPattern >> (8 * UInt32($0))) } }
  }

  /// Returns each sample repeated for every channel.
  func interleaved(_ channels: Int) -> [Float] {
    flatMap { Array(repeating: $0, count: channels) }
  }
}
