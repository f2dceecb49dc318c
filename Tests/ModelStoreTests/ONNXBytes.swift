@testable import ModelStore

/// Builds minimal ONNX files byte by byte.
enum ONNXBytes {
  static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    ProtobufFields.encoded(number << 3 | 2) + ProtobufFields.encoded(content.count) + content
  }

  static func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  static func field(_ number: Int, _ value: Int) -> [UInt8] {
    ProtobufFields.encoded(number << 3) + ProtobufFields.encoded(value)
  }

  /// A tensor of float32 that is stored in another file.
  static func tensor(
    in file: String, offset: Int? = nil, length: Int? = nil, dimensions: [Int] = [2, 3], packed: Bool = false
  ) -> [UInt8] {
    func entry(_ key: String, _ value: String) -> [UInt8] { field(13, field(1, key) + field(2, value)) }
    let shape =
      packed ? field(1, dimensions.flatMap(ProtobufFields.encoded)) : dimensions.flatMap { field(1, $0) }
    return shape + field(2, 1) + field(8, "weight") + entry("location", file)
      + (offset.map { entry("offset", "\($0)") } ?? []) + (length.map { entry("length", "\($0)") } ?? [])
      + field(14, 1)
  }

  /// A tensor that is stored in the graph.
  static func tensor(holding bytes: [UInt8]) -> [UInt8] {
    field(1, bytes.count) + field(2, 3) + field(9, bytes)
  }

  /// A place for a tensor in a file.
  enum Place: CaseIterable {
    case initializer, attribute, list, subgraph, sparse, function

    func graph(_ tensor: [UInt8]) -> [UInt8] {
      func node(_ attribute: [UInt8]) -> [UInt8] {
        field(4, "Constant") + field(5, field(1, "value") + attribute)
      }
      return switch self {
      case .initializer: field(5, tensor)
      case .attribute: field(1, node(field(5, tensor)))
      case .list: field(1, node(field(10, tensor)))
      case .subgraph: field(1, node(field(6, field(5, tensor))))
      case .sparse: field(15, field(1, tensor))
      case .function: []
      }
    }

    func functions(_ tensor: [UInt8]) -> [UInt8] {
      guard self == .function else { return [] }
      return field(25, field(1, "f") + field(7, field(5, field(5, tensor))))
    }
  }

  static func model(_ tensors: [[UInt8]], at place: Place = .initializer) -> [UInt8] {
    field(1, 8) + field(2, "test") + field(7, tensors.flatMap(place.graph) + field(2, "graph"))
      + field(8, field(2, 17)) + tensors.flatMap(place.functions)
  }
}
