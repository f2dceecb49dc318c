internal import Inference
package import ModelStore
internal import SpeechFeatures
internal import Transducer

/// A model loaded on a device: from log-mel frames to tokens.
package struct SpeechNetworks: ~Copyable {
  /// The device that runs the encoder, as OpenVINO says.
  var device: String { encoder.executionDevice }
  /// The arithmetic of all networks.
  let precision: Precision

  package var encoder: EncoderNetwork
  package var decoder: DecoderNetworks
  private let search: GreedyDecoder

  /// What one stretch of an utterance gave, and the seconds it took.
  struct Answer: Sendable {
    /// The device that ran the encoder.
    var device: String
    var emissions: [Emission]
    var decoderSteps: Int
    var encoderSeconds: Double
    var decoderSeconds: Double
  }

  /// Reads, checks and compiles a model. Takes seconds for a large one, and blocks.
  package static func load(
    _ model: ModelDirectory, settings: ComputeSettings
  ) throws(RecognitionError) -> SpeechNetworks {
    if let directory = settings.cacheDirectory { try CompiledModelCache.prepare(directory) }
    do {
      return try SpeechNetworks(model, settings)
    } catch let error as InferenceError {
      throw .inference(error)
    } catch let error as ModelError {
      throw .model(error)
    } catch let error as RecognitionError {
      throw error
    } catch {
      throw .inference(InferenceError(operation: "load \(model.path)", message: "\(error)"))
    }
  }

  private init(_ model: ModelDirectory, _ settings: ComputeSettings) throws {
    let runtime = try Runtime()
    let device = settings.device.openVINOName
    let capabilities = try runtime.property("OPTIMIZATION_CAPABILITIES", of: device)
    let precision = try settings.precision.resolved(
      for: device, capabilities: capabilities.split(separator: " ").map(String.init))

    let encoderGraph = try runtime.readGraph(at: model.encoder)
    let encoderWidth = try EncoderNetwork.check(
      encoderGraph, bandCount: model.configuration.bandCount, model: model.path)
    let fused = try runtime.readGraph(at: model.decoder)
    try DecoderNetworks.check(
      fused, encoderWidth: encoderWidth, vocabulary: model.vocabulary, model: model.path)
    let graphs = try fused.splitTransducer(tokenCount: model.vocabulary.count)

    var properties = ["PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision.rawValue]
    if let directory = settings.cacheDirectory { properties["CACHE_DIR"] = directory }
    func compiled(_ graph: borrowing Graph, _ name: String) throws(InferenceError) -> CompiledGraph {
      try runtime.compile(graph, name: name, for: device, properties: properties)
    }
    let encoder = try EncoderNetwork(compiled(encoderGraph, "encoder"))
    let decoder = try DecoderNetworks(
      projection: compiled(graphs.projection, "encoder projection"),
      prediction: compiled(graphs.prediction, "prediction network"),
      joint: compiled(graphs.joint, "joint network"))
    self.precision = precision
    self.encoder = encoder
    self.decoder = decoder
    search = GreedyDecoder(
      blank: model.vocabulary.blank, maximumTokensPerFrame: model.configuration.maximumTokensPerFrame)
  }

  /// Recognizes a stretch of frames. Blocks.
  mutating func recognize(
    _ frames: LogMelFrames, _ range: Range<Int>
  ) throws(RecognitionError) -> Answer {
    let clock = ContinuousClock()
    let start = clock.now
    do throws(InferenceError) {
      let count = try encoder.encode(frames, range)
      let encoded = clock.now
      try decoder.project(encoder)
      let decoding = try search.decode(frameCount: count, with: &decoder)
      return Answer(
        device: device, emissions: decoding.emissions, decoderSteps: decoding.steps,
        encoderSeconds: (encoded - start).seconds, decoderSeconds: (clock.now - encoded).seconds)
    } catch {
      throw .inference(error)
    }
  }
}

extension Duration {
  /// The same in seconds.
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
