/// A version such as 1.33.0. Anything after the third number ("1.33.0.20260529-…", "2026.4.1-21542-…") is ignored.
public struct Version: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The three numbers.
  public let major, minor, patch: Int

  /// Creates a version from its numbers.
  public init(_ major: Int, _ minor: Int, _ patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Parses a version.
  ///
  /// - Returns: `nil` if the text does not begin with two numbers, or a number is too large.
  public init?(parsing text: some StringProtocol) {
    // Debian prefixes an epoch: "1:1.33.0".
    let plain = text.split(separator: ":").last.map { Substring($0) } ?? ""
    let numbers = plain.prefix { $0 == "." || ("0"..."9").contains($0) }
      .split(separator: ".").prefix(3).map { Int($0) }
    guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return nil }
    guard numbers.count > 2 else {
      self.init(major, minor, 0)
      return
    }
    guard let patch = numbers[2] else { return nil }
    self.init(major, minor, patch)
  }

  /// Compares numerically, from the major to the patch number.
  public static func < (left: Version, right: Version) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// The version as text: "1.33.0".
  public var description: String { "\(major).\(minor).\(patch)" }
}
