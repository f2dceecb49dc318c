internal import FoundationEssentials
internal import SystemPaths

/// Results for programs.
enum JSONLine {
  /// A value as one line, its keys in order and in snake case.
  static func of(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    // All numbers are finite, so there is nothing that JSON cannot hold.
    guard let data = try? encoder.encode(value) else { return "{}" }
    return String(decoding: data, as: UTF8.self).readableJSON
  }
}

/// A value whose key is always there, with null where there is nothing to say: readers need not ask for it first.
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

/// A number with as many decimals as it is worth; 0 for one that is none, such as the confidence of a network
/// that has overflowed.
func rounded(_ value: Double, to parts: Double = 1000) -> Double {
  value.isFinite ? (value * parts).rounded() / parts : 0
}
