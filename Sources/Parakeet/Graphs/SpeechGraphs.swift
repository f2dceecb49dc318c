internal import Inference
internal import ModelStore
internal import SystemPaths
internal import Transducer

/// The four networks of a model, before a device compiles them.
struct SpeechGraphs: ~Copyable {
  var encoder: Graph
  var decoder: TransducerGraphs

  /// Reads and checks an exported model, and splits its decoder. A quantized export gives float networks with its
  /// weights in eight bits.
  static func exported(
    _ model: ModelDirectory, runtime: borrowing Runtime
  ) throws(ParakeetError) -> SpeechGraphs {
    try ParakeetError.catching {
      let encoder = try exportedEncoder(of: model, runtime: runtime)
      let decoder = try exportedDecoder(
        of: model, encoderWidth: try width(of: encoder, model), runtime: runtime)
      return SpeechGraphs(encoder: encoder, decoder: decoder)
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
      var encoder = try exportedEncoder(of: model, runtime: runtime)
      if weights == .int8 { _ = try encoder.compressWeights(smallest: smallestCompressed) }
      return encoder
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
      var decoder = try exportedDecoder(of: model, encoderWidth: nil, runtime: runtime)
      if weights == .int8 { _ = try decoder.joint.compressWeights(smallest: smallestCompressed) }
      return decoder
    }
  }

  private static func exportedEncoder(of model: ModelDirectory, runtime: borrowing Runtime) throws -> Graph {
    var encoder = try readExport(try exportFiles(of: model).encoder, of: model, runtime)
    _ = try width(of: encoder, model)
    try encoder.rewriteQuantized(smallest: smallestCompressed)
    return encoder
  }

  /// Checks the graph, and returns the width of the encoder's output vectors.
  private static func width(
    of encoder: borrowing Graph, _ model: ModelDirectory
  ) throws(ModelError) -> Int {
    try EncoderNetwork.check(encoder, bandCount: model.configuration.bandCount, model: model.path)
  }

  private static func exportedDecoder(
    of model: ModelDirectory, encoderWidth: Int?, runtime: borrowing Runtime
  ) throws -> TransducerGraphs {
    var fused = try readExport(try exportFiles(of: model).decoder, of: model, runtime)
    try DecoderNetworks.check(
      fused, encoderWidth: encoderWidth, vocabulary: model.vocabulary, model: model.path)
    try fused.rewriteQuantized(smallest: smallestCompressed)
    return try fused.splitTransducer(tokenCount: model.vocabulary.count)
  }

  private static func exportFiles(
    of model: ModelDirectory
  ) throws(ModelError) -> (encoder: String, decoder: String) {
    guard case .exported(let encoder, let decoder) = model.graphs else {
      throw ModelError(
        model: model.path, reason: .graph("the original model of this prepared one is needed"))
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
        try decoder.joint.compressWeights(smallest: Self.smallestCompressed)
      )
    }
  }
}
