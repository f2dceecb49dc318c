internal import Inference
internal import ModelStore
internal import SystemPaths
internal import Transducer

/// The four networks of a model, before a device compiles them.
struct SpeechGraphs: ~Copyable {
  var encoder: Graph
  var decoder: TransducerGraphs

  /// Reads and checks an exported model, and splits its decoder. Of a quantized export come float networks with the
  /// weights in eight bits that it has.
  static func exported(
    _ model: ModelDirectory, runtime: borrowing Runtime
  ) throws(ParakeetError) -> SpeechGraphs {
    let encoder = try exportedEncoder(of: model, runtime: runtime)
    let decoder = try exportedDecoder(
      of: model, encoderWidth: try width(of: encoder, model), runtime: runtime)
    return SpeechGraphs(encoder: encoder, decoder: decoder)
  }

  /// Reads the encoder of an exported or prepared model.
  ///
  /// - Parameter weights: How its weights are changed; `nil` to take them as they are.
  static func encoder(
    of model: ModelDirectory, weights: WeightFormat?, runtime: borrowing Runtime
  ) throws(ParakeetError) -> Graph {
    if case .prepared(let prepared) = model.graphs {
      return try read(prepared.graph(.encoder), runtime)
    }
    var encoder = try exportedEncoder(of: model, runtime: runtime)
    if weights == .int8 { _ = try compress(&encoder) }
    return encoder
  }

  /// Reads the decoder of an exported or prepared model, and splits it.
  static func decoder(
    of model: ModelDirectory, weights: WeightFormat?, runtime: borrowing Runtime
  ) throws(ParakeetError) -> TransducerGraphs {
    if case .prepared(let prepared) = model.graphs {
      return TransducerGraphs(
        projection: try read(prepared.graph(.projection), runtime),
        prediction: try read(prepared.graph(.prediction), runtime),
        joint: try read(prepared.graph(.joint), runtime))
    }
    var decoder = try exportedDecoder(of: model, encoderWidth: nil, runtime: runtime)
    if weights == .int8 { _ = try compress(&decoder.joint) }
    return decoder
  }

  private static func exportedEncoder(
    of model: ModelDirectory, runtime: borrowing Runtime
  ) throws(ParakeetError) -> Graph {
    var encoder = try readExport(try exportFiles(of: model).encoder, of: model, runtime)
    _ = try width(of: encoder, model)
    do throws(InferenceError) {
      try encoder.rewriteQuantized(smallest: smallestCompressed)
    } catch {
      throw .inference(error)
    }
    return encoder
  }

  /// The width of the encoder's output vectors; checks the graph.
  private static func width(
    of encoder: borrowing Graph, _ model: ModelDirectory
  ) throws(ParakeetError) -> Int {
    do throws(ModelError) {
      return try EncoderNetwork.check(
        encoder, bandCount: model.configuration.bandCount, model: model.path)
    } catch {
      throw .model(error)
    }
  }

  private static func exportedDecoder(
    of model: ModelDirectory, encoderWidth: Int?, runtime: borrowing Runtime
  ) throws(ParakeetError) -> TransducerGraphs {
    var fused = try readExport(try exportFiles(of: model).decoder, of: model, runtime)
    do {
      try DecoderNetworks.check(
        fused, encoderWidth: encoderWidth, vocabulary: model.vocabulary, model: model.path)
      try fused.rewriteQuantized(smallest: smallestCompressed)
      return try fused.splitTransducer(tokenCount: model.vocabulary.count)
    } catch {
      throw ParakeetError(error)
    }
  }

  private static func exportFiles(
    of model: ModelDirectory
  ) throws(ParakeetError) -> (encoder: String, decoder: String) {
    guard case .exported(let encoder, let decoder) = model.graphs else {
      throw .model(
        ModelError(model: model.path, reason: .graph("the originals of this prepared model are needed")))
    }
    return (encoder, decoder)
  }

  /// Reads a graph of an export whose files have been looked at: OpenVINO's words for what is wrong with one help nobody.
  private static func readExport(
    _ name: String, of model: ModelDirectory, _ runtime: borrowing Runtime
  ) throws(ParakeetError) -> Graph {
    do {
      let export = try ExportedGraph(name, in: model.path)
      guard let linked = try export.linked() else { return try read(export.path, runtime) }
      return try runtime.readGraph(linked.content, called: export.path)
    } catch let error as FileError {
      throw .model(ModelError(model.path, name, .unreadable(error.description)))
    } catch let error as InferenceError {
      throw .graph(error)
    } catch {
      throw ParakeetError(error)
    }
  }

  private static func read(_ path: String, _ runtime: borrowing Runtime) throws(ParakeetError) -> Graph {
    do throws(InferenceError) {
      return try runtime.readGraph(at: path)
    } catch {
      throw .graph(error)
    }
  }

  /// Weights of fewer numbers stay as they are: together they are a hundredth of a model.
  private static let smallestCompressed = 1 << 14

  /// Stores the large weights of encoder and joint network in eight bits, where they are not already.
  ///
  /// The joint network's one large layer is read at each step. The encoder projection runs once an utterance, and
  /// the prediction network is an embedding and recurrent layers, which have no kernel for eight bits.
  ///
  /// - Returns: How many layers of the encoder and of the joint network were changed.
  @discardableResult
  mutating func compress() throws(ParakeetError) -> (encoder: Int, joint: Int) {
    (try Self.compress(&encoder), try Self.compress(&decoder.joint))
  }

  private static func compress(_ graph: inout Graph) throws(ParakeetError) -> Int {
    do throws(InferenceError) {
      return try graph.compressWeights(smallest: smallestCompressed)
    } catch {
      throw .inference(error)
    }
  }
}
