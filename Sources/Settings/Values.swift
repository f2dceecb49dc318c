// The notation of values.

extension String {
  /// True if it is not empty, and nothing in it would break a line or a terminal.
  var isPlainLine: Bool {
    !isEmpty && unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }

  /// True for the origin of a web page, such as `https://chat.example:8443`, and for `*`.
  var isOrigin: Bool {
    guard self != "*" else { return true }
    guard isPlainLine, let scheme = ["http://", "https://"].first(where: hasPrefix) else { return false }
    let host = dropFirst(scheme.count)
    return !host.isEmpty && !host.contains("/")
  }

  /// The parts between commas or blanks.
  var items: [String] { split { $0 == "," || $0.isWhitespace }.map(String.init) }

  /// The number of bytes of "2.5GB" and the like; `nil` for another text.
  var byteCount: Int64? {
    let units: [(String, Double)] = [("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1)]
    let text = uppercased()
    let unit = units.first { text.hasSuffix($0.0) } ?? ("", 1)
    guard let number = Double(text.dropLast(unit.0.count)), (1...1e15).contains(number * unit.1) else {
      return nil
    }
    return Int64((number * unit.1).rounded())
  }

  /// True if it consists of letters, then parts of letters and digits between hyphens.
  var isLanguageTag: Bool {
    let parts = split(separator: "-", omittingEmptySubsequences: false)
    return (2...8).contains(parts[0].count) && parts[0].allSatisfy { $0.isASCII && $0.isLetter }
      && parts.dropFirst().allSatisfy { part in
        (1...8).contains(part.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      }
  }
}

extension ClosedRange<Int> {
  var inWords: String { "\(lowerBound) to \(upperBound)" }

  /// The accepted values, in words.
  var wholeNumbers: String { "a whole number from \(inWords)" }

  /// Returns the number that a text holds, if it is in the range.
  @Sendable func number(in text: String) -> Int? {
    Int(text).flatMap { contains($0) ? $0 : nil }
  }
}

extension Double {
  /// "30" of 30.0, "0.5" of 0.5.
  var withoutZeroFraction: String { self == rounded() ? "\(Int(self))" : "\(self)" }
}

extension [Double] {
  /// "5,20".
  var list: String { map(\.withoutZeroFraction).joined(separator: ",") }
}

extension [String] {
  /// "auto, f32 or f16".
  var alternatives: String {
    guard count > 1, let last else { return joined() }
    return "\(dropLast().joined(separator: ", ")) or \(last)"
  }
}
