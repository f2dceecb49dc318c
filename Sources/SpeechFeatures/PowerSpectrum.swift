internal import Glibc

/// Four frames side by side, one per lane: every operation serves all four and needs no shuffles.
typealias Lanes = SIMD4<Float>

/// Computes |rFFT|² of four frames at once.
///
/// A real transform of N points is a complex one of N/2 points over (even, odd) pairs, followed by a step that
/// untangles the two. The complex transform is Stockham's, radix 4: it sorts itself, without a bit reversal.
struct PowerSpectrum: Sendable {
  let length: Int
  /// exp(-2πi k / (length / 2)) as (cosine, sine) for the radix-4 passes.
  private let rotations: [SIMD2<Float>]
  /// exp(-2πi k / length) for untangling.
  private let untangling: [SIMD2<Float>]
  // Complex values with interleaved real and imaginary parts.
  private var first: [Lanes]
  private var second: [Lanes]

  /// - Parameter length: Samples per frame, 2 × a power of four.
  init(length: Int) {
    let half = length / 2
    precondition(half > 0 && half & (half - 1) == 0 && half.trailingZeroBitCount % 2 == 0)
    self.length = length
    rotations = (0..<half).map { Self.rotation($0, of: half) }
    untangling = (0..<half).map { Self.rotation($0, of: length) }
    first = Array(repeating: .zero, count: length)
    second = first
  }

  private static func rotation(_ index: Int, of count: Int) -> SIMD2<Float> {
    let angle = -2 * Double.pi * Double(index) / Double(count)
    return SIMD2(Float(cos(angle)), Float(sin(angle)))
  }

  /// Calls `fill` to write the frames' `length` samples and stores the power of the `length / 2 + 1` bins in `power`.
  mutating func compute(
    into power: inout [Lanes], fill: (UnsafeMutableBufferPointer<Lanes>) -> Void
  ) {
    precondition(power.count == length / 2 + 1)
    // Unsafe buffers: the bounds checks of four nested loops cost as much as the transform itself.
    let (rotations, untangling) = (rotations, untangling)
    first.withUnsafeMutableBufferPointer { first in
      second.withUnsafeMutableBufferPointer { second in
        power.withUnsafeMutableBufferPointer { power in
          fill(first)
          let spectrum = Self.transform(first, second, rotations)
          Self.untangle(spectrum, untangling, into: power)
        }
      }
    }
  }

  /// Runs the complex transform. It alternates between the two buffers and returns the one with the result.
  private static func transform(
    _ first: UnsafeMutableBufferPointer<Lanes>, _ second: UnsafeMutableBufferPointer<Lanes>,
    _ rotations: [SIMD2<Float>]
  ) -> UnsafeMutableBufferPointer<Lanes> {
    rotations.withUnsafeBufferPointer { rotations in
      let total = rotations.count
      var (source, target) = (first, second)
      var count = total
      var stride = 1
      while count > 1 {
        let quarter = count / 4
        for group in 0..<quarter {
          let one = rotations[group * stride]
          let two = rotations[2 * group * stride]
          let three = rotations[3 * group * stride]
          for offset in 0..<stride {
            let from = 2 * (offset + stride * group)
            let step = 2 * stride * quarter
            let (aRe, aIm) = (source[from], source[from + 1])
            let (bRe, bIm) = (source[from + step], source[from + step + 1])
            let (cRe, cIm) = (source[from + 2 * step], source[from + 2 * step + 1])
            let (dRe, dIm) = (source[from + 3 * step], source[from + 3 * step + 1])
            let (sumACRe, sumACIm) = (aRe + cRe, aIm + cIm)
            let (differenceACRe, differenceACIm) = (aRe - cRe, aIm - cIm)
            let (sumBDRe, sumBDIm) = (bRe + dRe, bIm + dIm)
            // i (b - d)
            let (turnedRe, turnedIm) = (dIm - bIm, bRe - dRe)
            let to = 2 * (offset + stride * 4 * group)
            let jump = 2 * stride
            target[to] = sumACRe + sumBDRe
            target[to + 1] = sumACIm + sumBDIm
            store(differenceACRe - turnedRe, differenceACIm - turnedIm, times: one, at: to + jump, in: target)
            store(sumACRe - sumBDRe, sumACIm - sumBDIm, times: two, at: to + 2 * jump, in: target)
            store(
              differenceACRe + turnedRe, differenceACIm + turnedIm, times: three, at: to + 3 * jump,
              in: target)
          }
        }
        swap(&source, &target)
        count = quarter
        stride *= 4
      }
      return source
    }
  }

  @inline(__always)
  private static func store(
    _ re: Lanes, _ im: Lanes, times rotation: SIMD2<Float>, at index: Int,
    in target: UnsafeMutableBufferPointer<Lanes>
  ) {
    target[index] = re * rotation.x - im * rotation.y
    target[index + 1] = re * rotation.y + im * rotation.x
  }

  /// Computes the powers of the real frame's bins from the transform Z of the (even, odd) pairs:
  /// X[k] = E + wᵏ O and X[N/2 - k] = conj(E - wᵏ O), with E = (Z[k] + conj Z[N/2 - k]) / 2 and
  /// O = (Z[k] - conj Z[N/2 - k]) / 2i.
  private static func untangle(
    _ spectrum: UnsafeMutableBufferPointer<Lanes>, _ untangling: [SIMD2<Float>],
    into power: UnsafeMutableBufferPointer<Lanes>
  ) {
    let half = untangling.count
    let (sum, difference) = (spectrum[0] + spectrum[1], spectrum[0] - spectrum[1])
    power[0] = sum * sum
    power[half] = difference * difference
    let middle = half / 2
    power[middle] =
      spectrum[2 * middle] * spectrum[2 * middle] + spectrum[2 * middle + 1] * spectrum[2 * middle + 1]
    untangling.withUnsafeBufferPointer { untangling in
      for bin in 1..<middle {
        let mirror = half - bin
        let (re, im) = (spectrum[2 * bin], spectrum[2 * bin + 1])
        let (mirrorRe, mirrorIm) = (spectrum[2 * mirror], spectrum[2 * mirror + 1])
        let (evenRe, evenIm) = (0.5 * (re + mirrorRe), 0.5 * (im - mirrorIm))
        let (oddRe, oddIm) = (0.5 * (im + mirrorIm), 0.5 * (mirrorRe - re))
        let rotation = untangling[bin]
        let turnedRe = oddRe * rotation.x - oddIm * rotation.y
        let turnedIm = oddRe * rotation.y + oddIm * rotation.x
        let (plusRe, plusIm) = (evenRe + turnedRe, evenIm + turnedIm)
        let (minusRe, minusIm) = (evenRe - turnedRe, evenIm - turnedIm)
        power[bin] = plusRe * plusRe + plusIm * plusIm
        power[mirror] = minusRe * minusRe + minusIm * minusIm
      }
    }
  }
}
