internal import COpenVINO
internal import SystemPaths

/// A network as it was read, before a device compiles it.
public struct Graph: ~Copyable {
  let handle: OpaquePointer

  init(handle: OpaquePointer) {
    self.handle = handle
  }

  deinit {
    lk_graph_destroy(handle)
  }

  public var inputs: [Port] {
    get throws(InferenceError) { try ports(LK_INPUT) }
  }

  public var outputs: [Port] {
    get throws(InferenceError) { try ports(LK_OUTPUT) }
  }

  private func ports(_ side: lk_side) throws(InferenceError) -> [Port] {
    var result: [Port] = []
    for index in 0..<lk_graph_count(handle, side) {
      var port = lk_port()
      try check("describe the graph", lk_graph_port(handle, side, index, &port))
      result.append(Port(port))
    }
    return result
  }

  /// Gives inputs a shape that is the same for every inference, as some devices need it.
  ///
  /// - Parameter shapes: The shape of each input, by its name; the others stay as they are.
  public mutating func reshape(_ shapes: [String: [Int]]) throws(InferenceError) {
    let inputs = shapes.map { (name: characters(of: $0.key), shape: lk_shape($0.value)) }
    defer { for input in inputs { input.name.deallocate() } }
    let names = inputs.map { UnsafePointer($0.name) }
    try check("reshape the graph", lk_graph_reshape(handle, names, inputs.map(\.shape), inputs.count))
  }

  /// How many tokens NeMo's fused `decoder_joint` graph knows, blank included: the rows of its embedding.
  public func transducerTokenCount() throws(InferenceError) -> Int {
    var count: Int64 = 0
    try check("count the decoder's tokens", lk_graph_token_count(handle, &count))
    return Int(count)
  }

  /// Splits NeMo's fused `decoder_joint` graph at the addition inside the joint network.
  ///
  /// - Parameter tokenCount: Token logits, blank included; the logits behind them are durations.
  /// - Returns: The encoder projection (`encoder_outputs` [1, E, T] → `projected` [1, T, 1, J]), the prediction
  ///   network (`targets` [1, 1], `input_states_1`, `input_states_2` [L, 1, H] → `prediction` [1, 1, 1, J],
  ///   `output_states_1`, `output_states_2`) and the joint network (`frame`, `prediction` [1, 1, 1, J], `bias` [tokenCount],
  ///   which is added to the token logits → `token`, `duration` [1] int32, `confidence` [1] float32).
  public consuming func splitTransducer(tokenCount: Int) throws(InferenceError) -> TransducerGraphs {
    var projection: OpaquePointer?
    var prediction: OpaquePointer?
    var joint: OpaquePointer?
    let operation = "split the decoder"
    try check(
      operation,
      lk_graph_split_transducer(handle, Int64(tokenCount), &projection, &prediction, &joint))
    return TransducerGraphs(
      projection: Graph(handle: try present(projection, operation)),
      prediction: Graph(handle: try present(prediction, operation)),
      joint: Graph(handle: try present(joint, operation)))
  }
}

extension Graph {
  /// Stores the constant float weights of large layers in eight bits with a scale for each output channel. The
  /// arithmetic stays floating point.
  ///
  /// - Parameter smallest: How many numbers a weight must have to be worth it.
  /// - Returns: How many layers were changed.
  public mutating func compressWeights(smallest: Int) throws(InferenceError) -> Int {
    var count = 0
    try check("compress weights", lk_graph_compress_weights(handle, smallest, &count))
    return count
  }

  /// Makes float layers of those that ONNX Runtime's dynamic quantization made: activations are not rounded any more,
  /// the weights keep their eight bits. A graph without such layers stays as it is.
  ///
  /// - Parameter smallest: How many numbers a weight must have to stay in eight bits; others become float32.
  /// - Returns: How many layers were changed.
  @discardableResult
  public mutating func rewriteQuantized(smallest: Int) throws(InferenceError) -> Int {
    var count = 0
    try check("rewrite the quantized layers", lk_graph_rewrite_quantized(handle, smallest, &count))
    return count
  }

  /// Whether activations are rounded to eight bits and multiplied as integers, in a layer at least: what
  /// ``rewriteQuantized(smallest:)`` does not know. Processors run it, compilers of accelerators refuse it.
  public var isDynamicallyQuantized: Bool {
    get throws(InferenceError) {
      var answer: Int32 = 0
      try check("look for quantized layers", lk_graph_computes_in_integers(handle, &answer))
      return answer != 0
    }
  }

  /// Takes out the masks of padding: for an input that has none, they change nothing and take time.
  ///
  /// - Parameter length: The input that says how many frames are valid. From then on it must say that all are.
  /// - Returns: How many masks there were.
  @discardableResult
  public mutating func removeMasks(length: String) throws(InferenceError) -> Int {
    var count = 0
    try check("remove the masks", lk_graph_remove_masks(handle, length, &count))
    return count
  }

  /// Makes transpositions shorter, on which processors spend a part of an encoder's time. What is computed stays the
  /// same.
  ///
  /// - Returns: How many were changed.
  @discardableResult
  public mutating func shortenTranspositions() throws(InferenceError) -> Int {
    var count = 0
    try check("shorten transpositions", lk_graph_shorten_transpositions(handle, &count))
    return count
  }

  /// Computes the matrix products that a fixed shape has made constant, once and in float32.
  ///
  /// Without this OpenVINO computes wrong answers where such a product has weights in eight bits; see
  /// `ConstantProducts.cpp`.
  ///
  /// - Returns: The number of products.
  @discardableResult
  public mutating func foldProducts(_ runtime: borrowing Runtime) throws(InferenceError) -> Int {
    try runtime.foldProducts(of: handle)
  }

  /// Rounds what layers with weights in eight bits read to eight bits, so that they multiply integers. The steps are
  /// those of each frame alone, whatever lies beside it.
  ///
  /// - Returns: How many layers were changed.
  @discardableResult
  public mutating func quantizeActivations() throws(InferenceError) -> Int {
    var count = 0
    try check("quantize activations", lk_graph_quantize_activations(handle, &count))
    return count
  }

  /// Writes the graph in OpenVINO's own format: a file of this name, and the weights beside it in `.bin`.
  ///
  /// - Parameters:
  ///   - path: Ends in ".xml".
  ///   - halfPrecision: Whether float constants are written as FP16; OpenVINO does not where the graph has weights in
  ///     eight bits. Inputs and outputs stay as they are.
  public func save(to path: String, halfPrecision: Bool) throws(InferenceError) {
    try check(
      "write \(path)", path.withSystemCString { lk_graph_save(handle, $0, halfPrecision ? 1 : 0) })
  }
}

/// The three networks of a transducer's decoder; see ``Graph/splitTransducer(tokenCount:)``.
public struct TransducerGraphs: ~Copyable {
  public var projection: Graph
  public var prediction: Graph
  public var joint: Graph

  public init(projection: consuming Graph, prediction: consuming Graph, joint: consuming Graph) {
    self.projection = projection
    self.prediction = prediction
    self.joint = joint
  }
}

/// One input or output of a graph.
public struct Port: Sendable, Equatable {
  public enum Element: Sendable {
    case float32, int32, int64, other
  }

  public let name: String
  public let element: Element
  /// `nil` where a dimension is known only at inference; the whole is `nil` where even the rank is not known.
  public let shape: [Int?]?

  public init(name: String, element: Element, shape: [Int?]?) {
    self.name = name
    self.element = element
    self.shape = shape
  }

  init(_ port: lk_port) {
    name = port.name.map { String(cString: $0) } ?? ""
    element = Element(port.element)
    shape = port.shape.rank < 0 ? nil : port.shape.values.map { $0 < 0 ? nil : $0 }
  }
}

extension lk_shape {
  /// The dimensions; C's fixed array comes to Swift as a tuple.
  var values: [Int] {
    withUnsafeBytes(of: dimensions) { bytes in
      bytes.bindMemory(to: Int64.self).prefix(Int(rank)).map(Int.init)
    }
  }

  init(_ shape: [Int]) {
    precondition(shape.count <= Int(LK_MAXIMUM_RANK))
    self.init()
    rank = Int32(shape.count)
    withUnsafeMutableBytes(of: &dimensions) { bytes in
      let slots = bytes.bindMemory(to: Int64.self)
      for (index, dimension) in shape.enumerated() { slots[index] = Int64(dimension) }
    }
  }
}
