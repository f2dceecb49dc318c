internal import SystemPaths

/// Rewrites an ONNX file with new names for the files of its weights.
///
/// A new name can be longer than the old one, and so can all messages around it: these are written again, and
/// everything else is copied.
struct RelocatedGraph {
  private let bytes: UnsafeRawBufferPointer
  /// The new names by the old ones.
  private let places: [String: String]

  /// Returns the content of the rewritten file.
  static func content(
    of bytes: UnsafeRawBufferPointer, places: [String: String]
  ) throws(ProtobufFields.Malformed) -> [UInt8] {
    try RelocatedGraph(bytes: bytes, places: places).rewritten(.model, in: 0..<bytes.count, depth: 0)
      ?? Array(bytes)
  }

  /// Returns the rewritten message; `nil` if nothing changes.
  private func rewritten(
    _ part: GraphPart, in range: Range<Int>, depth: Int
  ) throws(ProtobufFields.Malformed) -> [UInt8]? {
    guard depth < GraphPart.maximumDepth else { throw .garbled }
    if part == .externalData { return try rewrittenEntry(in: range) }
    var fields = ProtobufFields(bytes, in: range)
    var result: [UInt8] = []
    // Everything before this offset is in the result.
    var copied = range.lowerBound
    while let field = try fields.next() {
      guard case .bytes(let inner) = field.value, let part = part.part(in: field.number),
        let new = try rewritten(part, in: inner, depth: depth + 1)
      else { continue }
      if result.isEmpty { result.reserveCapacity(range.count + range.count / 8) }
      result += UnsafeRawBufferPointer(rebasing: bytes[copied..<field.start])
      result += Self.field(field.number, new)
      copied = inner.upperBound
    }
    guard copied > range.lowerBound else { return nil }
    result += UnsafeRawBufferPointer(rebasing: bytes[copied..<range.upperBound])
    return result
  }

  private func rewrittenEntry(in range: Range<Int>) throws(ProtobufFields.Malformed) -> [UInt8]? {
    let entry = try ExternalEntry(range, of: bytes)
    guard entry.key == "location", let place = places[entry.value] else { return nil }
    return Self.field(EntryField.key, Array(entry.key.utf8)) + Self.field(EntryField.value, place.systemBytes)
  }

  private static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    ProtobufFields.encoded(number << 3 | 2) + ProtobufFields.encoded(content.count) + content
  }
}
