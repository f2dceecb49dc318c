internal import Inference
internal import ModelStore
internal import SystemPaths
internal import Transducer

/// The networks of a model, before a device compiles them.
struct SpeechGraphs: ~Copyable {
  var encoder: Graph
  /// The decoder's three networks; `nil` if the encoder's frames are the tokens' probabilities (CTC).
  var decoder: TransducerGraphs?

  /// Reads and checks an exported model, and splits its decoder. A quantized export gives float networks with its
  /// weights in eight bits.
  ///
  /// - Parameter weights: The format in which the weights are to be stored.
  static func exported(
    _ model: ModelDirectory, weights: WeightFormat?, runtime: borrowing Runtime
  ) throws(ParakeetError) -> SpeechGraphs {
    try ParakeetError.catching {
      let encoder = try exportedEncoder(of: model, weights: weights, runtime: runtime)
      guard model.configuration.head != .ctc else {
        return SpeechGraphs(encoder: encoder.graph, decoder: nil)
      }
      let decoder = try exportedDecoder(
        of: model, weights: weights, encoderWidth: encoder.width, runtime: runtime)
      return SpeechGraphs(encoder: encoder.graph, decoder: decoder)
    }
  }

  /// Reads the encoder of an exported or prepared model.
  ///
  /// - Parameter weights: The format to convert the weights to; `nil` to keep that of the files.
  static func encoder(
    of model: ModelDirectory, weights: WeightFormat?, runtime: borrowing Runtime
  ) throws(ParakeetError) -> Graph {
    try ParakeetError.catching {
      if case .prepared(let prepared) = model.graphs {
        return try read(prepared.graph(.encoder), runtime)
      }
      var encoder = try exportedEncoder(of: model, weights: weights, runtime: runtime)
      if weights == .int8 { _ = try encoder.graph.compressWeights(smallest: smallestCompressed) }
      return encoder.graph
    }
  }

  /// Reads the decoder of an exported or prepared model, and splits it.
  static func decoder(
    of model: ModelDirectory, weights: WeightFormat?, runtime: borrowing Runtime
  ) throws(ParakeetError) -> TransducerGraphs {
    try ParakeetError.catching {
      if case .prepared(let prepared) = model.graphs {
        return TransducerGraphs(
          projection: try read(prepared.graph(.projection), runtime),
          prediction: try read(prepared.graph(.prediction), runtime),
          joint: try read(prepared.graph(.joint), runtime))
      }
      var decoder = try exportedDecoder(of: model, weights: weights, encoderWidth: nil, runtime: runtime)
      if weights == .int8 { _ = try decoder.joint.compressWeights(smallest: smallestCompressed) }
      return decoder
    }
  }

  /// An encoder that has been checked, and the width of its output vectors.
  private struct ExportedEncoder: ~Copyable {
    var graph: Graph
    let width: Int
  }

  /// Reads an export's encoder, and turns it into the one that devices know: of any head, without dynamic quantization.
  private static func exportedEncoder(
    of model: ModelDirectory, weights: WeightFormat?, runtime: borrowing Runtime
  ) throws -> ExportedEncoder {
    var graph = try readExport(try exportFiles(of: model).encoder, of: model, runtime)
    let width = try EncoderNetwork.check(graph, of: model)
    if model.configuration.head == .ctc {
      try graph.shapeCTC(subsampling: model.configuration.subsampling)
    }
    try rewriteQuantized(&graph, weights)
    return ExportedEncoder(graph: graph, width: width)
  }

  /// Turns quantized layers into those that devices run well. Weights in blocks stay as they are if the arithmetic is to
  /// be exact.
  private static func rewriteQuantized(_ graph: inout Graph, _ weights: WeightFormat?) throws(InferenceError)
  {
    try graph.rewriteQuantized(smallest: smallestCompressed)
    if weights != nil { try graph.rewriteBlocks(smallest: smallestCompressed) }
  }

  private static func exportedDecoder(
    of model: ModelDirectory, weights: WeightFormat?, encoderWidth: Int?, runtime: borrowing Runtime
  ) throws -> TransducerGraphs {
    guard let file = try exportFiles(of: model).decoder else {
      throw ModelError(model: model.path, reason: .graph("a CTC model has no decoder"))
    }
    var fused = try readExport(file, of: model, runtime)
    try DecoderNetworks.check(fused, encoderWidth: encoderWidth, of: model)
    try rewriteQuantized(&fused, weights)
    return try fused.splitTransducer(tokenCount: model.vocabulary.count, blank: model.vocabulary.blank)
  }

  private static func exportFiles(
    of model: ModelDirectory
  ) throws(ModelError) -> (encoder: String, decoder: String?) {
    func failure(_ why: String) -> ModelError { ModelError(model: model.path, reason: .graph(why)) }
    guard case .exported(let encoder, let decoder) = model.graphs else {
      throw failure("the original model of this prepared one is needed")
    }
    let head = model.configuration.head
    if (decoder == nil) != (head == .ctc) {
      let found =
        decoder.map { "\(encoder) and \($0), an encoder and a decoder; model.onnx is missing" }
        ?? "\(encoder), a CTC model"
      throw failure("config.json says \(head.modelType), and the files are \(found)")
    }
    return (encoder, decoder)
  }

  /// Reads a graph of an export, after checking its files: OpenVINO's own messages for a bad file do not help users.
  private static func readExport(
    _ name: String, of model: ModelDirectory, _ runtime: borrowing Runtime
  ) throws -> Graph {
    let export = try ExportedGraph(name, in: model.path)
    let linked: LinkedGraph?
    do throws(FileError) {
      linked = try export.linked()
    } catch {
      throw ModelError(model.path, name, .unreadable(error.description))
    }
    guard let linked else { return try read(export.path, runtime) }
    return try reading { () throws(InferenceError) in
      try runtime.readGraph(linked.content, called: export.path)
    }
  }

  private static func read(_ path: String, _ runtime: borrowing Runtime) throws(ParakeetError) -> Graph {
    try reading { () throws(InferenceError) in try runtime.readGraph(at: path) }
  }

  private static func reading(_ work: () throws(InferenceError) -> Graph) throws(ParakeetError) -> Graph {
    do throws(InferenceError) {
      return try work()
    } catch {
      throw .graph(error)
    }
  }

  /// The fewest values of a weight that is compressed: smaller ones are together a hundredth of a model.
  private static let smallestCompressed = 1 << 14

  /// Stores the large weights of encoder and joint network in eight bits, unless they already are.
  ///
  /// The joint network's one large layer is read at each step. The encoder projection runs once per utterance, and the
  /// prediction network consists of an embedding and recurrent layers, which have no kernel for eight bits.
  ///
  /// - Returns: The numbers of changed layers in the encoder and in the joint network.
  @discardableResult
  mutating func compress() throws(ParakeetError) -> (encoder: Int, joint: Int) {
    try ParakeetError.catching {
      (
        try encoder.compressWeights(smallest: Self.smallestCompressed),
        try decoder?.joint.compressWeights(smallest: Self.smallestCompressed) ?? 0
      )
    }
  }
}
