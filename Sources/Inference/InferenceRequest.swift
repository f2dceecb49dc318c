internal import COpenVINO

/// Runs a compiled network, one inference at a time, over memory that it owns.
///
/// Inputs are filled and outputs read in place; nothing is copied, and a network with static shapes runs without
/// allocation. Not for concurrent use.
public struct InferenceRequest: ~Copyable {
  private let handle: OpaquePointer
  private let name: String
  /// The memory of tensors with static shapes; `nil` for the others, which are looked up each time.
  private var fixedInputs: [lk_tensor?]
  private let fixedOutputs: [lk_tensor?]

  init(handle: OpaquePointer, name: String, inputCount: Int, outputCount: Int) throws(InferenceError) {
    self.handle = handle
    self.name = name
    var inputs: [lk_tensor?] = []
    var outputs: [lk_tensor?] = []
    do throws(InferenceError) {
      for index in 0..<inputCount {
        inputs.append(try Self.fixedTensor(LK_INPUT, index, of: handle, name))
      }
      for index in 0..<outputCount {
        outputs.append(try Self.fixedTensor(LK_OUTPUT, index, of: handle, name))
      }
    } catch {
      lk_request_destroy(handle)
      throw error
    }
    fixedInputs = inputs
    fixedOutputs = outputs
  }

  deinit {
    lk_request_destroy(handle)
  }

  private static func fixedTensor(
    _ side: lk_side, _ index: Int, of handle: OpaquePointer, _ name: String
  ) throws(InferenceError) -> lk_tensor? {
    guard lk_request_is_static(handle, side, index) != 0 else { return nil }
    return try tensor(side, index, of: handle, name)
  }

  private static func tensor(
    _ side: lk_side, _ index: Int, of handle: OpaquePointer, _ name: String
  ) throws(InferenceError) -> lk_tensor {
    var tensor = lk_tensor()
    try check("use a tensor of the \(name)", lk_request_tensor(handle, side, index, &tensor))
    return tensor
  }

  /// Returns the input with a tensor name.
  ///
  /// - Throws: ``InferenceError`` if there is none.
  public func input(named port: String) throws(InferenceError) -> InputPort {
    InputPort(index: try index(LK_INPUT, port))
  }

  /// Returns the output with a tensor name.
  ///
  /// - Throws: ``InferenceError`` if there is none.
  public func output(named port: String) throws(InferenceError) -> OutputPort {
    OutputPort(index: try index(LK_OUTPUT, port))
  }

  private func index(_ side: lk_side, _ port: String) throws(InferenceError) -> Int {
    let index = lk_request_index(handle, side, port)
    guard index >= 0 else {
      throw InferenceError(operation: "use the \(name)", message: "it has no tensor named \(port)")
    }
    return Int(index)
  }

  /// Sets the shape of an input for the next inference.
  public mutating func resize(_ port: InputPort, to shape: [Int]) throws(InferenceError) {
    var tensor = lk_tensor()
    var shape = lk_shape(shape)
    try check("resize an input of the \(name)", lk_request_resize_input(handle, port.index, &shape, &tensor))
  }

  /// Calls `body` to change the elements of an input, row-major.
  ///
  /// - Throws: ``InferenceError`` if the input has another element type.
  public mutating func fill<Element: TensorElement>(
    _ port: InputPort, as type: Element.Type = Element.self, _ body: (inout MutableSpan<Element>) -> Void
  ) throws(InferenceError) {
    let tensor = try tensor(behind: port)
    var span = try memory(of: tensor, as: type).mutableSpan
    body(&span)
  }

  /// Calls `body` with the elements of an output of the last inference, row-major.
  ///
  /// - Throws: ``InferenceError`` if the output has another element type.
  public func read<Element: TensorElement, Result>(
    _ port: OutputPort, as type: Element.Type = Element.self, _ body: (Span<Element>) -> Result
  ) throws(InferenceError) -> Result {
    let tensor = try tensor(behind: port)
    return body(try memory(of: tensor, as: type).span)
  }

  /// Calls `body` with the present elements of an input, row-major.
  ///
  /// - Throws: ``InferenceError`` if the input has another element type.
  public func read<Element: TensorElement, Result>(
    _ port: InputPort, as type: Element.Type = Element.self, _ body: (Span<Element>) -> Result
  ) throws(InferenceError) -> Result {
    let tensor = try tensor(behind: port)
    return body(try memory(of: tensor, as: type).span)
  }

  /// Returns the present shape of an input.
  public func shape(of port: InputPort) throws(InferenceError) -> [Int] {
    try Self.tensor(LK_INPUT, port.index, of: handle, name).shape.values
  }

  /// Returns the shape of an output of the last inference.
  public func shape(of port: OutputPort) throws(InferenceError) -> [Int] {
    try Self.tensor(LK_OUTPUT, port.index, of: handle, name).shape.values
  }

  /// Copies an output of the last inference to an input of the next one, like the state of a recurrent network.
  ///
  /// - Throws: ``InferenceError`` if their sizes or element types differ.
  public mutating func copy<Element: TensorElement>(
    _ output: OutputPort, to input: InputPort, as type: Element.Type = Element.self
  ) throws(InferenceError) {
    let source = try tensor(behind: output)
    let target = try tensor(behind: input)
    let (from, to) = (try memory(of: source, as: type), try memory(of: target, as: type))
    guard from.count == to.count else {
      throw InferenceError(
        operation: "use the \(name)", message: "its state has \(to.count) elements, its output \(from.count)")
    }
    _ = to.update(fromContentsOf: from)
  }

  /// Uses the present output of this request as an input of another, without a copy.
  ///
  /// This request owns the memory: its next inference changes the other's input.
  public func connect(
    _ output: OutputPort, to target: inout InferenceRequest, _ input: InputPort
  ) throws(InferenceError) {
    try check(
      "connect the \(name) to the \(target.name)",
      lk_request_connect(handle, output.index, target.handle, input.index))
    target.fixedInputs[input.index] = try Self.fixedTensor(
      LK_INPUT, input.index, of: target.handle, target.name)
  }

  /// Runs the network and blocks until it is done. Not for Swift's cooperative threads.
  public mutating func infer() throws(InferenceError) {
    try check("run the \(name)", lk_request_infer(handle))
  }

  /// Returns the times of the last run by kind of operation, if the graph was compiled with `PERF_COUNT`.
  public func profile() throws(InferenceError) -> [OperationTime] {
    var lines: UnsafeMutablePointer<CChar>?
    try check("profile the \(name)", lk_request_profile(handle, &lines))
    guard let lines else { return [] }
    defer { lk_string_destroy(lines) }
    return String(cString: lines).split(separator: "\n").compactMap(OperationTime.init)
  }

  private func tensor(behind port: InputPort) throws(InferenceError) -> lk_tensor {
    if let fixed = fixedInputs[port.index] { return fixed }
    return try Self.tensor(LK_INPUT, port.index, of: handle, name)
  }

  private func tensor(behind port: OutputPort) throws(InferenceError) -> lk_tensor {
    if let fixed = fixedOutputs[port.index] { return fixed }
    return try Self.tensor(LK_OUTPUT, port.index, of: handle, name)
  }

  private func memory<Element: TensorElement>(
    of tensor: lk_tensor, as type: Element.Type
  ) throws(InferenceError) -> UnsafeMutableBufferPointer<Element> {
    guard Port.Element(tensor.element) == Element.element else {
      throw InferenceError(
        operation: "use a tensor of the \(name)",
        message: "its elements are \(Port.Element(tensor.element)), expected \(Element.element)")
    }
    return UnsafeMutableBufferPointer(
      start: tensor.data?.assumingMemoryBound(to: Element.self), count: tensor.count)
  }
}

/// An input of a request.
public struct InputPort: Sendable {
  let index: Int
}

/// An output of a request.
public struct OutputPort: Sendable {
  let index: Int
}
