internal import Glibc

extension Double {
  /// The number rounded to multiples of 1 / `parts`; 0 for NaN or infinity, which JSON does not have.
  func rounded(to parts: Double) -> Double { isFinite ? (self * parts).rounded() / parts : 0 }

  var naturalLogarithm: Double { log(self) }
}
