/// A part of an answer that can be of another form than expected, without the loss of the parts beside it.
struct Lenient<Value: Decodable & Sendable>: Decodable, Sendable {
  /// `nil` for a part of another form, and for `null`.
  let value: Value?

  init(from decoder: any Decoder) {
    value = try? Value(from: decoder)
  }
}

extension KeyedDecodingContainer {
  /// The value of a key; `nil` if there is none, or one of another form.
  func lenient<Value: Decodable & Sendable>(_ type: Value.Type = Value.self, _ key: Key) -> Value? {
    (try? decodeIfPresent(Lenient<Value>.self, forKey: key))??.value
  }
}
