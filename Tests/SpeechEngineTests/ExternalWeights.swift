import FoundationEssentials
import Testing

@testable import ModelStore

/// Turns the built-in model into the form of the public exports: a graph with its weights in a separate file.
enum ExternalWeights {
  /// Copies the built-in model, and moves its encoder's large weights out of the graph.
  static func builtin(in directory: URL) throws {
    try FileManager.default.copyItem(atPath: try ModelDirectory.find("builtin").path, toPath: directory.path)
    let file = directory.appending(path: "encoder-model.onnx")
    var weights: [UInt8] = []
    let model = [UInt8](try Data(contentsOf: file))
    let split = try rewritten(model, in: 0..<model.count) { number, graph in
      guard number == ONNXField.graph else { return nil }
      return try rewritten(model, in: graph) { number, tensor in
        GraphPart.graph.part(in: number) == .tensor ? try external(model, tensor, &weights) : nil
      }
    }
    try Data(split).write(to: file)
    try Data(weights).write(to: directory.appending(path: "encoder-model.onnx.data"))
  }

  /// Returns a Protobuf message with the content of some fields replaced.
  private static func rewritten(
    _ bytes: [UInt8], in range: Range<Int>, _ content: (Int, Range<Int>) throws -> [UInt8]?
  ) throws -> [UInt8] {
    var result: [UInt8] = []
    for (field, end) in try fields(bytes, in: range) {
      if case .bytes(let inner) = field.value, let new = try content(field.number, inner) {
        result += ProtobufFields.encoded(field.number << 3 | 2) + ProtobufFields.encoded(new.count) + new
      } else {
        result += bytes[field.start..<end]
      }
    }
    return result
  }

  private static func external(_ bytes: [UInt8], _ tensor: Range<Int>, _ weights: inout [UInt8]) throws
    -> [UInt8]?
  {
    func text(_ number: Int, _ content: [UInt8]) -> [UInt8] {
      [UInt8(number << 3 | 2)] + ProtobufFields.encoded(content.count) + content
    }
    func entry(_ key: String, _ value: String) -> [UInt8] {
      text(13, text(1, Array(key.utf8)) + text(2, Array(value.utf8)))
    }
    var (result, isExternal): ([UInt8], Bool) = ([], false)
    for (field, end) in try fields(bytes, in: tensor) {
      guard field.number == 9, case .bytes(let raw) = field.value, raw.count >= 1024 else {
        result += bytes[field.start..<end]
        continue
      }
      result += entry("location", "encoder-model.onnx.data") + entry("offset", "\(weights.count)")
      result += entry("length", "\(raw.count)") + [14 << 3, 1]
      weights += bytes[raw] + [UInt8](repeating: 0, count: (64 - raw.count % 64) % 64)
      isExternal = true
    }
    return isExternal ? result : nil
  }

  private static func fields(
    _ bytes: [UInt8], in range: Range<Int>
  ) throws -> [(field: ProtobufFields.Field, end: Int)] {
    try bytes.withUnsafeBytes { bytes in
      var reader = ProtobufFields(bytes, in: range)
      var fields: [ProtobufFields.Field] = []
      while let field = reader.next() { fields.append(field) }
      try #require(reader.fault == nil)
      return zip(fields, fields.dropFirst().map(\.start) + [range.upperBound]).map { ($0, $1) }
    }
  }
}
