internal import COpenVINO
internal import SystemPaths

/// A network that was read from a file and is not compiled yet.
public struct Graph: ~Copyable {
  let handle: OpaquePointer

  init(handle: OpaquePointer) {
    self.handle = handle
  }

  deinit {
    lk_graph_destroy(handle)
  }

  /// The inputs, in the graph's order.
  public var inputs: [Port] {
    get throws(InferenceError) { try ports(LK_INPUT) }
  }

  /// The outputs, in the graph's order.
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

  /// Removes an output, and what only that output needs.
  public mutating func removeOutput(_ name: String) throws(InferenceError) {
    let name = characters(of: name)
    defer { name.deallocate() }
    try check("remove an output of the graph", lk_graph_remove_output(handle, name))
  }

  /// Sets the shapes of inputs; some devices require static ones.
  ///
  /// - Parameter shapes: The shapes by input name, with -1 for any length; other inputs are unchanged.
  public mutating func reshape(_ shapes: [String: [Int]]) throws(InferenceError) {
    let inputs = shapes.map { (name: characters(of: $0.key), shape: lk_shape($0.value)) }
    defer { for input in inputs { input.name.deallocate() } }
    let names = inputs.map { UnsafePointer($0.name) }
    try check("reshape the graph", lk_graph_reshape(handle, names, inputs.map(\.shape), inputs.count))
  }

  /// Returns the number of tokens of NeMo's fused `decoder_joint` graph, including blank: the rows of its embedding.
  public func transducerTokenCount() throws(InferenceError) -> Int {
    var count: Int64 = 0
    try check("count the decoder's tokens", lk_graph_token_count(handle, &count))
    return Int(count)
  }

  /// Gives NeMo's CTC export the outputs of a transducer's encoder: `logprobs` [B, T', V] → `outputs` [B, V, T'] and
  /// `encoded_lengths` i64 [B].
  ///
  /// - Parameter subsampling: The number of feature frames in each of its frames.
  public mutating func shapeCTC(subsampling: Int) throws(InferenceError) {
    try check("change the outputs of a CTC network", lk_graph_shape_ctc(handle, Int64(subsampling)))
  }

  /// Splits NeMo's fused `decoder_joint` graph at the addition inside the joint network.
  ///
  /// - Parameters:
  ///   - tokenCount: The number of token logits, including blank; the logits after them are durations, and an RNN-T has
  ///     none.
  ///   - blank: The token that emits nothing. With it, an RNN-T moves on by a frame, and without it by none.
  /// - Returns: The encoder projection (`encoder_outputs` [1, E, T] → `projected` [1, T, 1, J]), the prediction
  ///   network (`targets` [1, 1], `input_states_1`, `input_states_2` [L, 1, H] → `prediction` [1, 1, 1, J],
  ///   `output_states_1`, `output_states_2`) and the joint network (`frame`, `prediction` [1, 1, 1, J], `bias`
  ///   [tokenCount], which is added to the token logits → `token`, `duration` [1, 1] int32, `confidence` [1, 1], `logits`
  ///   [1, tokenCount], and for a TDT `durations` [1, D] float32). The joint network can be reshaped to a `frame` of [1, T, 1, J]; its
  ///   outputs have T rows then.
  /// - Throws: ``InferenceError`` if the graph is not the decoder of a transducer.
  public consuming func splitTransducer(tokenCount: Int, blank: Int32) throws(InferenceError)
    -> TransducerGraphs
  {
    var projection: OpaquePointer?
    var prediction: OpaquePointer?
    var joint: OpaquePointer?
    let operation = "split the decoder"
    try check(
      operation,
      lk_graph_split_transducer(
        handle, Int64(tokenCount), Int64(blank), &projection, &prediction, &joint))
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
  /// - Parameter smallest: The minimum number of elements of a weight to compress.
  /// - Returns: The number of changed layers.
  public mutating func compressWeights(smallest: Int) throws(InferenceError) -> Int {
    try counted("compress weights") { lk_graph_compress_weights(handle, smallest, $0) }
  }

  /// Gives the weights of layers in four or eight bits by blocks (ONNX Runtime's `MatMulNBits`) eight bits with a scale for
  /// each output channel, as ``compressWeights(smallest:)`` makes them.
  ///
  /// - Parameter smallest: The minimum number of elements of a weight to change.
  /// - Returns: The number of changed layers.
  @discardableResult
  public mutating func rewriteBlocks(smallest: Int) throws(InferenceError) -> Int {
    try counted("rewrite weights in blocks") { lk_graph_rewrite_blocks(handle, smallest, $0) }
  }

  /// Rewrites layers of ONNX Runtime's dynamic quantization as float layers: activations are no longer rounded, and
  /// weights keep their eight bits. A graph without such layers is unchanged.
  ///
  /// - Parameter smallest: The minimum number of elements of a weight that stays in eight bits; others become float32.
  /// - Returns: The number of changed layers.
  @discardableResult
  public mutating func rewriteQuantized(smallest: Int) throws(InferenceError) -> Int {
    try counted("rewrite the quantized layers") { lk_graph_rewrite_quantized(handle, smallest, $0) }
  }

  /// True if at least one layer rounds activations to eight bits and multiplies integers: one that
  /// ``rewriteQuantized(smallest:)`` does not recognise. Processors run it, the compilers of accelerators reject it.
  public var isDynamicallyQuantized: Bool {
    get throws(InferenceError) {
      var result: Int32 = 0
      try check("find quantized layers", lk_graph_computes_in_integers(handle, &result))
      return result != 0
    }
  }

  /// Removes the padding masks, which take time and change nothing for an input without padding.
  ///
  /// - Parameter length: The name of the input with the number of valid frames; from then on it must be all of them.
  /// - Returns: The number of removed masks.
  @discardableResult
  public mutating func removeMasks(length: String) throws(InferenceError) -> Int {
    try counted("remove the masks") { lk_graph_remove_masks(handle, length, $0) }
  }

  /// Turns the masks of attention and convolution into sums, which accelerators compute beside their products. Results in
  /// valid frames do not change.
  ///
  /// - Returns: The number of changed layers.
  @discardableResult
  public mutating func addMasks() throws(InferenceError) -> Int {
    try counted("add masks") { lk_graph_add_masks(handle, $0) }
  }

  /// Lets the convolutions of the subsampling mask their own outputs. Results in valid frames do not change. The graph has
  /// a static shape.
  ///
  /// - Parameter length: The name of the input with the number of valid frames; from then on, the frames after them must
  ///   be zero.
  /// - Returns: The number of subsamplings: 1, or 0 if the graph has none of the known form.
  @discardableResult
  public mutating func maskSubsampling(length: String) throws(InferenceError) -> Int {
    try counted("mask the subsampling") { lk_graph_mask_subsampling(handle, length, $0) }
  }

  /// Moves multiplications by a number into the weights before them. Results change by rounding errors.
  ///
  /// - Returns: The number of removed multiplications.
  @discardableResult
  public mutating func foldScales() throws(InferenceError) -> Int {
    try counted("fold scales") { lk_graph_fold_scales(handle, $0) }
  }

  /// Splits the sums of feed-forward modules, so that the units of an accelerator work at the same time. Results change
  /// by rounding errors.
  ///
  /// - Parameters:
  ///   - parts: The number of parts, a divisor of the number of hidden channels.
  ///   - isWhole: True to split both products and the activation between them; false to split the second product.
  /// - Returns: The number of changed modules.
  @discardableResult
  public mutating func splitFeedForward(
    parts: Int, isWhole: Bool
  ) throws(InferenceError) -> Int {
    try counted("split feed-forward modules") {
      lk_graph_split_feed_forward(handle, parts, isWhole ? 1 : 0, $0)
    }
  }

  /// Adds biases before transpositions, which then can be shortened or removed.
  ///
  /// - Returns: The number of biases.
  @discardableResult
  public mutating func moveBiases() throws(InferenceError) -> Int {
    try counted("move biases") { lk_graph_move_biases(handle, $0) }
  }

  /// Shortens transpositions, which take processors part of an encoder's time. The results do not change.
  ///
  /// - Returns: The number of changed transpositions.
  @discardableResult
  public mutating func shortenTranspositions() throws(InferenceError) -> Int {
    try counted("shorten transpositions") { lk_graph_shorten_transpositions(handle, $0) }
  }

  /// Computes what depends on constants alone, and makes it a constant. A network that is read from a file then has such
  /// values in the file, whose pages can be released, instead of in memory of its own.
  public mutating func foldConstants() throws(InferenceError) {
    try check("fold constants", lk_graph_fold_constants(handle))
  }

  /// Computes the matrix products that a static shape has made constant, once and in float32.
  ///
  /// Without this, OpenVINO computes wrong results if such a product has weights in eight bits; see
  /// `ConstantProducts.cpp`.
  ///
  /// - Returns: The number of products.
  @discardableResult
  public mutating func foldProducts(_ runtime: borrowing Runtime) throws(InferenceError) -> Int {
    try runtime.foldProducts(of: handle)
  }

  /// Rounds the inputs of layers with eight-bit weights to eight bits, so that they multiply integers. Each frame has a
  /// separate step, independent of other frames.
  ///
  /// - Returns: The number of changed layers.
  @discardableResult
  public mutating func quantizeActivations() throws(InferenceError) -> Int {
    try counted("quantize activations") { lk_graph_quantize_activations(handle, $0) }
  }

  /// Computes the layers over the table of positions once, for processors; see `PositionTable.cpp`.
  ///
  /// - Parameter frames: The encoder frames of the longest audio; the graph does not run for longer ones.
  /// - Returns: The number of layers.
  @discardableResult
  public mutating func tabulatePositions(
    frames: Int, _ runtime: borrowing Runtime
  ) throws(InferenceError) -> Int {
    try runtime.tabulatePositions(of: handle, frames: frames)
  }

  /// Turns what lies between the matrix products into single operations, for processors; see `FrameFusion.cpp`.
  ///
  /// - Returns: The number of such operations.
  @discardableResult
  public mutating func fuseFrames() throws(InferenceError) -> Int {
    try counted("fuse frames") { lk_graph_fuse_frames(handle, $0) }
  }

  /// Collects those operations, attention and products of bytes into a single operation, if that is faster on this
  /// processor; see `LayerCollection.cpp`.
  ///
  /// - Returns: The number of products; 0 if the graph is unchanged.
  @discardableResult
  public mutating func collectLayers() throws(InferenceError) -> Int {
    try counted("collect layers") { lk_graph_collect_layers(handle, $0) }
  }

  /// Writes the graph in OpenVINO's IR format: a file at `path`, and the weights next to it in `.bin`.
  ///
  /// - Parameters:
  ///   - path: A path that ends in ".xml".
  ///   - halfPrecision: True to write float constants as FP16, which OpenVINO does not do if the graph has weights in
  ///     eight bits. Inputs and outputs are unchanged.
  public func save(to path: String, halfPrecision: Bool) throws(InferenceError) {
    try check(
      "write \(path)", path.withSystemCString { lk_graph_save(handle, $0, halfPrecision ? 1 : 0) })
  }
}

/// The three networks of a transducer's decoder; see ``Graph/splitTransducer(tokenCount:blank:)``.
public struct TransducerGraphs: ~Copyable {
  /// The encoder projection.
  public var projection: Graph
  /// The prediction network.
  public var prediction: Graph
  /// The joint network.
  public var joint: Graph

  /// Creates the networks of a decoder.
  public init(projection: consuming Graph, prediction: consuming Graph, joint: consuming Graph) {
    self.projection = projection
    self.prediction = prediction
    self.joint = joint
  }
}

/// An input or output of a graph.
public struct Port: Sendable, Equatable {
  /// The type of a tensor's elements.
  public enum Element: Sendable {
    case float32, int32, int64, other
  }

  /// The tensor name.
  public let name: String
  /// The type of the elements.
  public let element: Element
  /// The shape; a dimension that is unknown before inference is `nil`, and so is a shape of unknown rank.
  public let shape: [Int?]?

  /// Creates a port.
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
  /// The dimensions; Swift imports C's fixed array as a tuple.
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
