internal import Inference
internal import ModelStore
internal import Transducer

/// The four networks of a model, before a device compiles them.
struct SpeechGraphs: ~Copyable {
  var encoder: Graph
  var decoder: TransducerGraphs

  /// Reads and checks an exported model, and splits its decoder. Of a quantized export come float networks with the
  /// weights in eight bits that it has.
  static func exported(
    _ model: ModelDirectory, runtime: borrowing Runtime
  ) throws(RecognitionError) -> SpeechGraphs {
    do {
      guard case .exported(let encoderFile, let decoderFile) = model.graphs else {
        throw ModelError(model: model.path, reason: .graph("the originals of this prepared model are needed"))
      }
      var encoder = try runtime.readGraph(at: "\(model.path)/\(encoderFile)")
      let width = try EncoderNetwork.check(
        encoder, bandCount: model.configuration.bandCount, model: model.path)
      var fused = try runtime.readGraph(at: "\(model.path)/\(decoderFile)")
      try DecoderNetworks.check(fused, encoderWidth: width, vocabulary: model.vocabulary, model: model.path)
      try encoder.rewriteQuantized(smallest: smallestCompressed)
      try fused.rewriteQuantized(smallest: smallestCompressed)
      return SpeechGraphs(
        encoder: encoder, decoder: try fused.splitTransducer(tokenCount: model.vocabulary.count))
    } catch {
      throw RecognitionError(error)
    }
  }

  /// Reads the networks of a prepared model.
  static func prepared(
    _ model: PreparedModel, runtime: borrowing Runtime
  ) throws(InferenceError) -> SpeechGraphs {
    SpeechGraphs(
      encoder: try runtime.readGraph(at: model.graph(.encoder)),
      decoder: TransducerGraphs(
        projection: try runtime.readGraph(at: model.graph(.projection)),
        prediction: try runtime.readGraph(at: model.graph(.prediction)),
        joint: try runtime.readGraph(at: model.graph(.joint))))
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
  mutating func compress() throws(InferenceError) -> (encoder: Int, joint: Int) {
    (
      try encoder.compressWeights(smallest: Self.smallestCompressed),
      try decoder.joint.compressWeights(smallest: Self.smallestCompressed)
    )
  }
}
