internal import SystemPaths

/// A tensor of an ONNX graph, as far as its place goes.
struct ExternalTensor: Equatable {
  /// True if the tensor is stored in another file, false if it is in the graph itself.
  private(set) var isExternal = false
  /// The file's name in the graph, relative to the graph's directory.
  var file = ""
  /// The offset in the file, in bytes.
  var offset = 0
  /// The length in bytes.
  var length = 0
  /// The offset or length that is no whole number, 0 or more; `nil` if both are.
  private(set) var invalid: ExternalEntry?

  /// The minimum length of the file, in bytes.
  var end: Int {
    let (end, overflows) = offset.addingReportingOverflow(length)
    return overflows ? .max : end
  }

  /// Parses a `TensorProto`; `nil` if it is malformed.
  init?(_ range: Range<Int>, of bytes: UnsafeRawBufferPointer) {
    var fields = ProtobufFields(bytes, in: range)
    var elementType = UInt64(0)
    var count = 1
    while let field = fields.next() {
      switch (field.number, field.value) {
      case (TensorField.location, .number(let location)): isExternal = location == TensorField.external
      case (TensorField.elementType, .number(let type)): elementType = type
      case (TensorField.dimensions, .number(let dimension)): count = Self.product(count, dimension)
      case (TensorField.dimensions, .bytes(let packed)):
        guard let dimensions = Self.dimensions(packed, of: bytes) else { return nil }
        count = dimensions.reduce(count, Self.product)
      case (let number, .bytes(let entry)) where GraphPart.tensor.part(in: number) == .externalData:
        guard let entry = ExternalEntry(entry, of: bytes) else { return nil }
        read(entry)
      default: break
      }
    }
    guard fields.fault == nil else { return nil }
    // Without a length, the shape determines it.
    if length == 0 { length = Self.product(count, Self.bits(of: elementType)) / 8 }
  }

  private mutating func read(_ entry: ExternalEntry) {
    switch entry.key {
    case "location": file = entry.value
    case "offset": offset = number(in: entry)
    case "length": length = number(in: entry)
    default: break
    }
  }

  private mutating func number(in entry: ExternalEntry) -> Int {
    if let number = Int(entry.value), number >= 0 { return number }
    invalid = entry
    return 0
  }

  /// Parses packed numbers, without tags; `nil` if they are malformed.
  private static func dimensions(_ packed: Range<Int>, of bytes: UnsafeRawBufferPointer) -> [UInt64]? {
    var dimensions: [UInt64] = []
    var (dimension, shift) = (UInt64(0), UInt64(0))
    for byte in bytes[packed] {
      guard shift < 64 else { return nil }
      dimension |= UInt64(byte & 0x7F) << shift
      shift += 7
      guard byte < 0x80 else { continue }
      dimensions.append(dimension)
      (dimension, shift) = (0, 0)
    }
    return dimensions
  }

  private static func product(_ count: Int, _ factor: UInt64) -> Int {
    let (product, overflows) = count.multipliedReportingOverflow(by: Int(clamping: factor))
    return overflows ? .max : product
  }

  /// The bits of an element of `TensorProto.DataType`; 0 for types that cannot be stored in another file.
  private static func bits(of elementType: UInt64) -> UInt64 {
    switch elementType {
    case 2, 3, 9, 17...20: 8
    case 4, 5, 10, 16: 16
    case 1, 6, 12: 32
    case 7, 11, 13, 14: 64
    case 15: 128
    case 21...23: 4
    default: 0
    }
  }
}

/// A key and its value in `TensorProto.external_data`.
struct ExternalEntry: Equatable {
  private(set) var key = ""
  private(set) var value = ""

  /// Parses an entry; `nil` if it is malformed.
  init?(_ range: Range<Int>, of bytes: UnsafeRawBufferPointer) {
    var fields = ProtobufFields(bytes, in: range)
    while let field = fields.next() {
      guard case .bytes(let text) = field.value else { continue }
      switch field.number {
      case EntryField.key: key = String(systemBytes: bytes[text])
      case EntryField.value: value = String(systemBytes: bytes[text])
      default: break
      }
    }
    guard fields.fault == nil else { return nil }
  }
}
