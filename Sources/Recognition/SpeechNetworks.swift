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

  /// Reads, checks and compiles a model. Takes seconds for a large one, minutes where it is prepared first, and
  /// blocks.
  ///
  /// - Parameter report: Is told when a preparation begins and ends.
  package static func load(
    _ model: ModelDirectory, settings: ComputeSettings, report: (PreparationEvent) -> Void = { _ in }
  ) throws(RecognitionError) -> SpeechNetworks {
    do {
      let runtime = try Runtime()
      let device = settings.device.openVINOName
      let capabilities = try runtime.property("OPTIMIZATION_CAPABILITIES", of: device)
      let precision = try settings.precision.resolved(
        for: device, capabilities: capabilities.split(separator: " ").map(String.init), model: model)
      let networks = try load(model, precision, settings, runtime, report)
      Runtime.releaseUnusedMemory()
      return networks
    } catch {
      throw RecognitionError(error)
    }
  }

  private static func load(
    _ model: ModelDirectory, _ precision: ResolvedPrecision, _ settings: ComputeSettings,
    _ runtime: borrowing Runtime, _ report: (PreparationEvent) -> Void
  ) throws -> SpeechNetworks {
    func networks(_ graphs: consuming SpeechGraphs, cache: String? = nil) throws -> SpeechNetworks {
      try SpeechNetworks(graphs, model, precision, settings.device.openVINOName, cache: cache, runtime)
    }
    if case .prepared(let prepared) = model.graphs {
      return try networks(SpeechGraphs.prepared(prepared, runtime: runtime))
    }
    guard let weights = precision.weights else {
      if let directory = settings.cacheDirectory { try CompiledModelCache.prepare(directory) }
      return try networks(
        SpeechGraphs.exported(model, runtime: runtime), cache: settings.cacheDirectory)
    }
    guard let directory = settings.preparedDirectory else {
      var graphs = try SpeechGraphs.exported(model, runtime: runtime)
      try graphs.compress()
      return try networks(graphs)
    }
    let store = PreparedModels(directory: directory)
    let found = try store.prepared(model, weights: weights, report: report)
    do {
      return try networks(SpeechGraphs.prepared(found, runtime: runtime))
    } catch let error as InferenceError {
      // Files that look unchanged may be spoiled all the same. Reading them tells, and makes them anew.
      let intact = try store.prepared(model, weights: weights, readingAll: true, report: report)
      guard intact != found else { throw error }
      return try networks(SpeechGraphs.prepared(intact, runtime: runtime))
    }
  }

  private init(
    _ graphs: consuming SpeechGraphs, _ model: ModelDirectory, _ precision: ResolvedPrecision,
    _ device: String, cache: String?, _ runtime: borrowing Runtime
  ) throws(InferenceError) {
    func compiled(
      _ graph: borrowing Graph, _ name: String, in arithmetic: Precision = precision.arithmetic
    ) throws(InferenceError) -> CompiledGraph {
      var properties = ["PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": arithmetic.rawValue]
      if let cache { properties["CACHE_DIR"] = cache }
      return try runtime.compile(graph, name: name, for: device, properties: properties)
    }
    let encoder = try EncoderNetwork(compiled(graphs.encoder, "encoder"))
    let decoder = try DecoderNetworks(
      projection: compiled(graphs.decoder.projection, "encoder projection"),
      prediction: compiled(graphs.decoder.prediction, "prediction network"),
      // With weights in eight bits float32 is faster than bf16 with weights in sixteen, and knows no ties.
      joint: compiled(
        graphs.decoder.joint, "joint network", in: precision.weights == .int8 ? .f32 : precision.arithmetic))
    self.precision = precision.name
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
