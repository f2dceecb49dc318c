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
      let rounds = plan.roundsActivations(on: device)
      let compiled = try compile(
        graph, name, on: device, plan, in: rounds ? .f32 : nil, roundsActivations: rounds,
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
      target: EncoderPasses.Target(device, roundsActivations: plan.roundsActivations(on: device)),
      longest: settings.windowFrames, runtime)
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
      let joint = try compileJoint(graphs.joint, "joint network", on: device, plan)
      return try DecoderNetworks(
        projection: projection, prediction: prediction, joint: joint,
        forms: JointForms(
          withLogits: { [self] () throws(InferenceError) in
            try openJoint("joint network with logits", on: device)
          },
          overFrames: { [self] () throws(InferenceError) in
            // An accelerator may not support any number of frames.
            try openJoint("joint network over frames", on: .cpu) { graph in
              let frame = try graph.inputs.first { $0.name == "frame" }
              try graph.reshape(["frame": [1, -1, 1, (frame?.shape?.last ?? nil) ?? 0]])
            }
          }),
        hasDurations: model.configuration.head == .tdt, blank: model.vocabulary.blank)
    }
  }

  private func compileJoint(
    _ graph: borrowing Graph, _ name: String, on device: DeviceID, _ plan: CompilationPlan
  ) throws -> CompiledGraph {
    // With weights in eight bits, float32 is faster than bf16 with weights in sixteen, and has no ties.
    try compile(
      graph, name, on: device, plan,
      in: plan.precision.weights == .int8 ? .f32 : plan.precision.arithmetic)
  }

  /// Compiles the joint network with the logits of all tokens and, if it has any, durations.
  private func openJoint(
    _ name: String, on device: DeviceID, change: (inout Graph) throws -> Void = { _ in }
  ) throws(InferenceError) -> CompiledGraph {
    do {
      let plan = try plan(for: device)
      var graphs = try decoderGraphs(plan, withLogits: true)
      try change(&graphs.joint)
      return try compileJoint(graphs.joint, name, on: device, plan)
    } catch let error as InferenceError {
      throw error
    } catch {
      throw InferenceError(operation: "compile the \(name)", message: "\(error)")
    }
  }

  /// - Parameter withLogits: True to keep the joint network's logits, whose copies take a twentieth of a step's time.
  private func decoderGraphs(
    _ plan: CompilationPlan, withLogits: Bool = false
  ) throws(ParakeetError) -> TransducerGraphs {
    var graphs = try intact(plan) { plan, runtime throws(ParakeetError) in
      try SpeechGraphs.decoder(of: plan.model, weights: plan.inMemory, runtime: runtime)
    }
    if !withLogits {
      try ParakeetError.catching {
        let outputs = try graphs.joint.outputs.map(\.name)
        for output in ["logits", "durations"] where outputs.contains(output) {
          try graphs.joint.removeOutput(output)
        }
      }
    }
    return graphs
  }

  /// Writes the graphs that an NPU would compile, in OpenVINO's IR format: `encoder.xml` and, for a transducer,
  /// `prediction.xml` and `joint.xml`. No NPU is needed: Intel's compiler can run without one.
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
      guard model.configuration.head != .ctc else { return }
      let decoder = try decoderGraphs(plan)
      try save(decoder.prediction, "prediction")
      try save(decoder.joint, "joint")
    }
  }

  private func compile(
    _ graph: borrowing Graph, _ name: String, on device: DeviceID, _ plan: CompilationPlan,
    in arithmetic: Precision? = nil,
    roundsActivations: Bool = false,
    overrides: [String: String] = [:]
  ) throws -> CompiledGraph {
    let properties = DeviceProperties.make(
      for: device, arithmetic: arithmetic ?? plan.precision.arithmetic, roundsActivations: roundsActivations,
      supported: plan.properties, overrides: overrides)
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
