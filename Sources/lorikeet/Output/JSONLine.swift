internal import FoundationEssentials
internal import SystemPaths

/// Encodes results as JSON.
enum JSONLine {
  /// Encodes a value as one line, with sorted keys in snake case.
  static func of(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    // All numbers are finite, so JSON can represent every value.
    guard let data = try? encoder.encode(value) else { return "{}" }
    return String(decoding: data, as: UTF8.self).readableJSON
  }
}

/// A value whose key is always present, with null if it is missing, so that readers need not test for the key.
struct Nullable<Value: Encodable>: Encodable {
  let value: Value?

  init(_ value: Value?) {
    self.value = value
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

/// Rounds a number to multiples of 1 / `parts`; 0 for NaN or infinity, such as the confidence of a network that has
/// overflowed.
func rounded(_ value: Double, to parts: Double = 1000) -> Double {
  value.isFinite ? (value * parts).rounded() / parts : 0
}
