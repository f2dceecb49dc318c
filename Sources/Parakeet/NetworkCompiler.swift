package import Devices
internal import Inference
package import ModelStore
internal import Synchronization
internal import Transducer

/// Compiles a model's networks, in the precision in which each device runs them best.
///
/// Its calls block: the first one for a device can prepare the model, which takes a minute.
package final class NetworkCompiler: Sendable {
  /// The model whose networks are compiled.
  package let model: ModelDirectory
  let settings: ComputeSettings
  let runtime: Runtime
  let report: PreparationReport
  let plans = Mutex<[DeviceID: CompilationPlan]>([:])
  /// The reported precisions; separate from the plans, whose lock is held while a model is prepared.
  let precisions = Mutex<[DeviceID: Precision]>([:])
  private let sourceHash = Mutex<String?>(nil)

  /// Creates a compiler for a model.
  ///
  /// - Parameter report: Called when a preparation begins and ends, and when its result is not kept.
  package init(
    _ model: ModelDirectory, settings: ComputeSettings,
    report: @escaping @Sendable (PreparationEvent) -> Void = { _ in }
  ) throws(ParakeetError) {
    self.model = model
    self.settings = settings
    self.report = PreparationReport(report)
    runtime = try ParakeetError.catching { try Runtime() }
  }

  /// Returns the precision to report with a transcript; `nil` if the device has run nothing.
  package func precision(on device: DeviceID) -> Precision? {
    precisions.withLock { $0[device] }
  }

  // MARK: Loading

  /// Compiles the encoder for a shape, or loads it from the cache.
  ///
  /// - Parameter target: The kind of device that the graph is made for, to compare its results; by default the device
  ///   itself.
  package func encoder(
    on device: DeviceID = .cpu, _ shape: EncoderShape = .dynamic, madeFor target: DeviceID? = nil
  ) throws(ParakeetError) -> EncoderNetwork {
    let plan = try plan(for: device)
    return try ParakeetError.catching {
      let graph = try encoderGraph(for: target ?? device, shape, plan)
      let name = shape.bucket.map { "encoder \($0.frames)" } ?? "encoder"
      // A fallback device may not know the properties meant for the requested one.
      let overrides = settings.properties.filter {
        plan.properties.isEmpty || plan.properties.contains($0.key)
      }
      // Beside integer arithmetic, f32 is faster than conversions to bf16 and back.
      let compiled = try compile(
        graph, name, on: device, plan, in: plan.roundsActivations(on: device) ? .f32 : nil,
        overrides: overrides)
      return try EncoderNetwork(compiled, shape, on: device)
    }
  }

  /// Reads the encoder, and changes it into the graph that a device compiles for a shape.
  private func encoderGraph(
    for device: DeviceID, _ shape: EncoderShape, _ plan: CompilationPlan
  ) throws -> Graph {
    var graph = try intact(plan) { plan, runtime throws(ParakeetError) in
      try SpeechGraphs.encoder(of: plan.model, weights: plan.inMemory, runtime: runtime)
    }
    if !device.isProcessor, try graph.isDynamicallyQuantized {
      throw ModelError(model: model.name, reason: .quantizedLayers(device: device.description))
    }
    try EncoderPasses.apply(
      to: &graph, shape: shape, bandCount: model.configuration.bandCount,
      target: EncoderPasses.Target(device, roundsActivations: plan.roundsActivations(on: device)), runtime)
    return graph
  }

  /// Compiles the decoder's three networks.
  package func decoderNetworks(on device: DeviceID = .cpu) throws(ParakeetError) -> DecoderNetworks {
    let plan = try plan(for: device)
    return try ParakeetError.catching {
      let graphs = try decoderGraphs(plan)
      // The projection takes any number of frames, which an accelerator may not support.
      let processor = DeviceID.cpu
      let projection = try compile(
        graphs.projection, "encoder projection", on: processor, try self.plan(for: processor))
      let prediction = try compile(graphs.prediction, "prediction network", on: device, plan)
      // With weights in eight bits, float32 is faster than bf16 with weights in sixteen, and has no ties.
      let joint = try compile(
        graphs.joint, "joint network", on: device, plan,
        in: plan.precision.weights == .int8 ? .f32 : plan.precision.arithmetic)
      return try DecoderNetworks(
        projection: projection, prediction: prediction, joint: joint, blank: model.vocabulary.blank,
        makeScorer: { [self] () throws(InferenceError) in
          do throws(ParakeetError) {
            return try jointOverFrames()
          } catch {
            throw InferenceError(operation: "compile the joint network over frames", message: "\(error)")
          }
        })
    }
  }

  /// Compiles the joint network for any number of frames, which an accelerator may not support.
  private func jointOverFrames() throws(ParakeetError) -> CompiledGraph {
    let processor = DeviceID.cpu
    let plan = try plan(for: processor)
    return try ParakeetError.catching {
      var graphs = try decoderGraphs(plan)
      guard let width = try graphs.joint.inputs.first(where: { $0.name == "frame" })?.shape?.last ?? nil
      else {
        throw ModelError(model: model.name, reason: .graph("the joint network has no input frame"))
      }
      try graphs.joint.reshape(["frame": [1, -1, 1, width]])
      return try runtime.compile(
        graphs.joint, name: "joint network over frames", for: processor.description,
        properties: DeviceProperties.make(
          for: processor, arithmetic: .f32, supported: plan.properties, overrides: [:]))
    }
  }

  private func decoderGraphs(_ plan: CompilationPlan) throws(ParakeetError) -> TransducerGraphs {
    try intact(plan) { plan, runtime throws(ParakeetError) in
      try SpeechGraphs.decoder(of: plan.model, weights: plan.inMemory, runtime: runtime)
    }
  }

  /// Writes the graphs that an NPU would compile, in OpenVINO's IR format: `encoder.xml`, `prediction.xml` and
  /// `joint.xml`. No NPU is needed: Intel's compiler can run without one.
  ///
  /// - Parameters:
  ///   - shape: The encoder's shape.
  ///   - directory: The directory to write to.
  package func writeNPUGraphs(_ shape: EncoderShape, to directory: String) throws(ParakeetError) {
    let device = DeviceID.npu
    try ParakeetError.catching {
      let plan = try makePlan(for: device, capabilities: ["FP16", "INT8", "EXPORT_IMPORT"])
      // Weights keep their format; OpenVINO serializes a graph for the NPU's compiler likewise.
      func save(_ graph: borrowing Graph, _ name: String) throws(InferenceError) {
        try graph.save(to: "\(directory)/\(name).xml", halfPrecision: false)
      }
      try save(try encoderGraph(for: device, shape, plan), "encoder")
      let decoder = try decoderGraphs(plan)
      try save(decoder.prediction, "prediction")
      try save(decoder.joint, "joint")
    }
  }

  private func compile(
    _ graph: borrowing Graph, _ name: String, on device: DeviceID, _ plan: CompilationPlan,
    in arithmetic: Precision? = nil,
    overrides: [String: String] = [:]
  ) throws -> CompiledGraph {
    let properties = DeviceProperties.make(
      for: device, arithmetic: arithmetic ?? plan.precision.arithmetic, supported: plan.properties,
      overrides: overrides)
    guard let cache = try cache(for: device, plan) else {
      return try runtime.compile(graph, name: name, for: device.description, properties: properties)
    }
    return try cache.compile(
      graph, name: name, for: (device.description, plan.identity), properties: properties, runtime)
  }

  /// Returns the cache of compiled networks; `nil` if it gains nothing, as a prepared model compiles for the processor
  /// in less than a second and would take as much disk space again, and if there was no space for the prepared model.
  private func cache(for device: DeviceID, _ plan: CompilationPlan) throws(ParakeetError)
    -> CompiledNetworks?
  {
    guard let directory = settings.cacheDirectory else { return nil }
    let source: String
    switch plan.model.graphs {
    case .prepared(let prepared):
      guard !device.isProcessor else { return nil }
      let versions = "\(prepared.manifest.version) \(EncoderPasses.version)"
      source = "\(prepared.manifest.source) \(prepared.manifest.weights.rawValue) \(versions)"
    case .exported:
      guard plan.precision.weights == nil || settings.preparedDirectory == nil else { return nil }
      let versions = "\(PreparedModel.version) \(EncoderPasses.version)"
      source = "\(try hash()) \(plan.inMemory?.rawValue ?? "") \(versions)"
    }
    return try CompiledNetworks(directory: directory, source: source, of: model) {
      [report, model] failure in report(.notKept(model: model.name, failure))
    }
  }

  /// Returns the hash of all files of the export.
  private func hash() throws(ParakeetError) -> String {
    let known = sourceHash.withLock { $0 }
    if let known { return known }
    return try ParakeetError.catching {
      let memory = settings.preparedDirectory.map { "\($0)/.hashes" }
      let hash = try SourceHashes(of: model, memory: memory) { failure in
        if !failure.isWrongPlace { report(.notKept(model: model.name, failure)) }
      }.sha256
      sourceHash.withLock { $0 = hash }
      return hash
    }
  }
}
