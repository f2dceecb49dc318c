/// The references of an ONNX file to other files, found by a walk through its messages that reads neither the weights
/// nor the nodes' operations.
struct ONNXFile: Equatable {
  /// The tensors that are stored in other files, in the graph's order.
  private(set) var externalTensors: [ExternalTensor] = []

  enum Malformed: Error, Equatable {
    /// The file is truncated, with its minimum size in bytes.
    case cutOff(needed: Int)
    /// The file is truncated between two parts, so that its size is unknown.
    case incomplete
    /// The file begins correctly, but the rest is invalid.
    case damaged
    /// The file is something else.
    case garbled
  }

  init(_ bytes: UnsafeRawBufferPointer) throws(Malformed) {
    // An ONNX file begins with the version of its format. Without it, it is something else, whatever it looks like.
    var (hasVersion, hasGraph, hasOperators) = (false, false, false)
    var fields = ProtobufFields(bytes, in: 0..<bytes.count)
    do throws(ProtobufFields.Malformed) {
      while let field = try fields.next() {
        switch (field.number, field.value) {
        case (ONNXField.formatVersion, .number(1...1000)): hasVersion = true
        case (ONNXField.graph, .bytes): hasGraph = true
        case (ONNXField.operators, .bytes): hasOperators = true
        case (ONNXField.formatVersion...ONNXField.operators, .fixed), (ONNXField.formatVersion, _):
          throw .garbled
        default: break
        }
        if case .bytes(let range) = field.value, let part = GraphPart.model.part(in: field.number) {
          do throws(ProtobufFields.Malformed) {
            try collect(part, in: range, of: bytes, depth: 1)
          } catch {
            // The file as a whole is longer than this message.
            throw .garbled
          }
        }
      }
    } catch .cutOff(let needed) where hasVersion {
      throw .cutOff(needed: needed)
    } catch {
      throw hasVersion ? .damaged : .garbled
    }
    guard hasVersion else { throw .garbled }
    guard hasGraph, hasOperators else { throw .incomplete }
  }

  private mutating func collect(
    _ part: GraphPart, in range: Range<Int>, of bytes: UnsafeRawBufferPointer, depth: Int
  ) throws(ProtobufFields.Malformed) {
    guard depth < GraphPart.maximumDepth else { throw .garbled }
    if part == .tensor {
      if let tensor = try ExternalTensor(range, of: bytes) { externalTensors.append(tensor) }
      return
    }
    var fields = ProtobufFields(bytes, in: range)
    while let field = try fields.next() {
      guard case .bytes(let inner) = field.value, let part = part.part(in: field.number) else { continue }
      try collect(part, in: inner, of: bytes, depth: depth + 1)
    }
  }

  /// The minimum length in bytes of each other file, by its name in the graph.
  var neededBytes: [String: Int] {
    Dictionary(externalTensors.map { ($0.file, $0.end) }, uniquingKeysWith: max)
  }
}
