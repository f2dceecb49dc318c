/// The references of an ONNX file to other files, found by a walk through its messages that reads neither the weights
/// nor the nodes' operations.
struct ONNXFile: Equatable {
  /// The tensors that are stored in other files, in the graph's order.
  private(set) var externalTensors: [ExternalTensor] = []
  /// The reason why the file cannot be used; `nil` if it is a complete ONNX file. With a fault, tensors can be missing.
  private(set) var fault: FileFault?

  /// Reads the file's content.
  init(_ bytes: UnsafeRawBufferPointer) {
    // An ONNX file begins with the version of its format. Without it, it is something else, whatever it looks like.
    var (hasVersion, hasGraph, hasOperators) = (false, false, false)
    var isValid = true
    var fields = ProtobufFields(bytes, in: 0..<bytes.count)
    while isValid, let field = fields.next() {
      switch (field.number, field.value) {
      case (ONNXField.formatVersion, .number(1...1000)): hasVersion = true
      case (ONNXField.graph, .bytes): hasGraph = true
      case (ONNXField.operators, .bytes): hasOperators = true
      case (ONNXField.formatVersion...ONNXField.operators, .fixed), (ONNXField.formatVersion, _):
        isValid = false
      default: break
      }
      if case .bytes(let range) = field.value, let part = GraphPart.model.part(in: field.number) {
        // The file as a whole is longer than this message, so it is damaged even if the message is cut off.
        isValid = collect(part, in: range, of: bytes, depth: 1)
      }
    }
    if !hasVersion {
      fault = .foreign(beginning: ExportFile.firstLine(UnsafeRawBufferPointer(rebasing: bytes.prefix(512))))
    } else if isValid, case .cutOff(let needed) = fields.fault {
      fault = .cutOff(bytes: bytes.count, needed: needed)
    } else if !isValid || fields.fault != nil {
      fault = .damaged
    } else if !hasGraph || !hasOperators {
      // It is truncated between two parts, so that its size is unknown.
      fault = .cutOff(bytes: bytes.count, needed: nil)
    }
  }

  /// Adds the tensors in a part of the file; returns false if the part is malformed.
  private mutating func collect(
    _ part: GraphPart, in range: Range<Int>, of bytes: UnsafeRawBufferPointer, depth: Int
  ) -> Bool {
    guard depth < GraphPart.maximumDepth else { return false }
    if part == .tensor {
      guard let tensor = ExternalTensor(range, of: bytes) else { return false }
      guard tensor.isExternal else { return true }
      externalTensors.append(tensor)
      if let entry = tensor.invalid { fault = .wrongReference(key: entry.key, value: entry.value) }
      return true
    }
    var fields = ProtobufFields(bytes, in: range)
    while let field = fields.next() {
      guard case .bytes(let inner) = field.value, let part = part.part(in: field.number) else { continue }
      guard collect(part, in: inner, of: bytes, depth: depth + 1) else { return false }
    }
    return fields.fault == nil
  }

  /// The minimum length in bytes of each other file, by its name in the graph.
  var neededBytes: [String: Int] {
    Dictionary(externalTensors.map { ($0.file, $0.end) }, uniquingKeysWith: max)
  }
}
