/// A readable number of bytes, in the decimal units of disks and networks: `2.44 GB`.
public struct ByteCount: CustomStringConvertible, Sendable {
  private let bytes: Int

  /// Creates a count of bytes.
  public init(_ bytes: Int) {
    self.bytes = bytes
  }

  /// The count with three digits and a unit.
  public var description: String {
    let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
    guard bytes.magnitude >= 1000 else { return "\(bytes) B" }
    var value = Double(bytes)
    var unit = ""
    for next in units where abs(value) >= 999.5 || unit.isEmpty {
      value /= 1000
      unit = next
    }
    // Three digits, without the rounding of printf.
    let scale = abs(value) < 10 ? 100.0 : abs(value) < 100 ? 10 : 1
    let rounded = (value * scale).rounded() / scale
    return scale == 1 ? "\(Int(rounded)) \(unit)" : "\(rounded) \(unit)"
  }
}
