internal import SystemPaths

/// Rewrites an ONNX file with new names for the files of its weights.
///
/// A new name can be longer than the old one, and so can all messages around it: these are written again, and
/// everything else is copied.
struct RelocatedGraph {
  private let bytes: UnsafeRawBufferPointer
  /// The new names by the old ones.
  private let places: [String: String]

  /// A message after the attempt to rewrite it.
  private enum Message {
    case unchanged
    case changed([UInt8])
    case malformed
  }

  /// Returns the content of the rewritten file; `nil` if the file is malformed.
  static func content(of bytes: UnsafeRawBufferPointer, places: [String: String]) -> [UInt8]? {
    switch RelocatedGraph(bytes: bytes, places: places).rewritten(.model, in: 0..<bytes.count, depth: 0) {
    case .unchanged: Array(bytes)
    case .changed(let content): content
    case .malformed: nil
    }
  }

  private func rewritten(_ part: GraphPart, in range: Range<Int>, depth: Int) -> Message {
    guard depth < GraphPart.maximumDepth else { return .malformed }
    if part == .externalData { return rewrittenEntry(in: range) }
    var fields = ProtobufFields(bytes, in: range)
    var result: [UInt8] = []
    // Everything before this offset is in the result.
    var copied = range.lowerBound
    while let field = fields.next() {
      guard case .bytes(let inner) = field.value, let part = part.part(in: field.number) else { continue }
      let new: [UInt8]
      switch rewritten(part, in: inner, depth: depth + 1) {
      case .unchanged: continue
      case .changed(let content): new = content
      case .malformed: return .malformed
      }
      if result.isEmpty { result.reserveCapacity(range.count + range.count / 8) }
      result += UnsafeRawBufferPointer(rebasing: bytes[copied..<field.start])
      result += Self.field(field.number, new)
      copied = inner.upperBound
    }
    guard fields.fault == nil else { return .malformed }
    guard copied > range.lowerBound else { return .unchanged }
    result += UnsafeRawBufferPointer(rebasing: bytes[copied..<range.upperBound])
    return .changed(result)
  }

  private func rewrittenEntry(in range: Range<Int>) -> Message {
    guard let entry = ExternalEntry(range, of: bytes) else { return .malformed }
    guard entry.key == "location", let place = places[entry.value] else { return .unchanged }
    return .changed(
      Self.field(EntryField.key, Array(entry.key.utf8)) + Self.field(EntryField.value, place.systemBytes))
  }

  private static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    ProtobufFields.encoded(number << 3 | 2) + ProtobufFields.encoded(content.count) + content
  }
}
