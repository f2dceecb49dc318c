/// A message of an ONNX file that can contain tensors, at any depth, or the location of one.
///
/// The numbers are those of the fields in onnx.proto.
enum GraphPart {
  case model, graph, node, attribute, function, sparseTensor, tensor, externalData

  /// The message in a field; `nil` if the field cannot contain tensors.
  func part(in field: Int) -> GraphPart? {
    switch (self, field) {
    case (.model, 7): .graph
    case (.model, 25): .function
    case (.graph, 1), (.function, 7): .node
    case (.graph, 5), (.attribute, 5), (.attribute, 10), (.sparseTensor, 1), (.sparseTensor, 2): .tensor
    case (.graph, 15), (.attribute, 22), (.attribute, 23): .sparseTensor
    case (.node, 5), (.function, 11): .attribute
    case (.attribute, 6), (.attribute, 11): .graph
    case (.tensor, 13): .externalData
    default: nil
    }
  }

  /// The maximum nesting of messages: graphs in attributes of nodes of graphs.
  static let maximumDepth = 100
}

/// The numbers of the file's own fields.
enum ONNXField {
  static let formatVersion = 1
  static let graph = 7
  static let operators = 8
}

enum TensorField {
  static let dimensions = 1
  static let elementType = 2
  static let location = 14
  /// The value of `location` for a tensor that is stored in another file.
  static let external: UInt64 = 1
}

enum EntryField {
  static let key = 1
  static let value = 2
}
