package import Devices
internal import Inference
package import ModelStore
internal import Synchronization

/// Compiles a model's networks, in the precision in which each device runs them best.
///
/// Its calls block: the first one for a device can prepare the model, which takes a minute.
package final class NetworkCompiler: Sendable {
  /// The model whose networks are compiled.
  package let model: ModelDirectory
  let settings: ComputeSettings
  let runtime: Runtime
  private let report: PreparationReport
  private let plans = Mutex<[DeviceID: CompilationPlan]>([:])
  /// The reported precisions; separate from the plans, whose lock is held while a model is prepared.
  private let precisions = Mutex<[DeviceID: Precision]>([:])
  private let sourceHash = Mutex<String?>(nil)

  /// The way in which a device runs a model.
  fileprivate struct CompilationPlan: Sendable {
    var precision: ResolvedPrecision
    /// The directory of its graphs: the export, or its prepared form.
    var model: ModelDirectory
    /// OpenVINO's `SUPPORTED_PROPERTIES` of the device.
    var properties: [String]
    /// Everything that distinguishes the device and its driver from others.
    var identity: String
  }

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
  package func encoder(
    on device: DeviceID = .cpu, _ shape: EncoderShape = .dynamic
  ) throws(ParakeetError) -> EncoderNetwork {
    let plan = try plan(for: device)
    return try ParakeetError.catching {
      var graph = try intact(plan) { plan, runtime throws(ParakeetError) in
        try SpeechGraphs.encoder(of: plan.model, weights: plan.inMemory, runtime: runtime)
      }
      if !device.isProcessor, try graph.isDynamicallyQuantized {
        throw ModelError(model: model.name, reason: .quantizedLayers(device: device.description))
      }
      let isProcessor = device.isProcessor
      let rounding = isProcessor && plan.precision.weights == .int8 && Runtime.supportsVNNI
      try EncoderPasses.apply(
        to: &graph, shape: shape, bandCount: model.configuration.bandCount, isProcessor: isProcessor,
        roundingActivations: rounding, runtime)
      let name = shape.bucket.map { "encoder \($0.frames)" } ?? "encoder"
      // A fallback device may not know the properties meant for the requested one.
      let overrides = settings.properties.filter {
        plan.properties.isEmpty || plan.properties.contains($0.key)
      }
      // Beside integer arithmetic, f32 is faster than conversions to bf16 and back.
      let compiled = try compile(
        graph, name, on: device, plan, in: rounding ? .f32 : nil, overrides: overrides)
      return try EncoderNetwork(compiled, shape, on: device)
    }
  }

  /// Compiles the decoder's three networks.
  package func decoderNetworks(on device: DeviceID = .cpu) throws(ParakeetError) -> DecoderNetworks {
    let plan = try plan(for: device)
    return try ParakeetError.catching {
      let graphs = try intact(plan) { plan, runtime throws(ParakeetError) in
        try SpeechGraphs.decoder(of: plan.model, weights: plan.inMemory, runtime: runtime)
      }
      // The projection takes any number of frames, which an accelerator may not support.
      let processor = DeviceID.cpu
      let projection = try compile(
        graphs.projection, "encoder projection", on: processor, try self.plan(for: processor))
      let prediction = try compile(graphs.prediction, "prediction network", on: device, plan)
      // With weights in eight bits, float32 is faster than bf16 with weights in sixteen, and has no ties.
      let joint = try compile(
        graphs.joint, "joint network", on: device, plan,
        in: plan.precision.weights == .int8 ? .f32 : plan.precision.arithmetic)
      return try DecoderNetworks(projection: projection, prediction: prediction, joint: joint)
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

  // MARK: Plans

  private func plan(for device: DeviceID) throws(ParakeetError) -> CompilationPlan {
    // The lock makes other callers wait while a plan is made.
    try plans.withLock { plans throws(ParakeetError) in
      if let plan = plans[device] { return plan }
      let plan = try makePlan(for: device)
      plans[device] = plan
      precisions.withLock { $0[device] = plan.precision.name }
      return plan
    }
  }

  private func makePlan(for device: DeviceID) throws(ParakeetError) -> CompilationPlan {
    let capabilities = try text("OPTIMIZATION_CAPABILITIES", of: device).split(separator: " ").map(
      String.init)
    let isRequested = settings.device == .auto || device == settings.device.id
    let requested = isRequested ? settings.precision : settings.precision.forStandIn(capabilities)
    let precision = try requested.resolved(
      for: device, capabilities: capabilities, model: model, prepared: preparedForms?.map(\.manifest.weights))
    var plan = CompilationPlan(
      precision: precision, model: model,
      properties: (try? text("SUPPORTED_PROPERTIES", of: device))?.split(separator: " ").map(String.init)
        ?? [],
      identity: identity(of: device))
    if let prepared = try prepared(precision, readingAll: false) { plan.model = prepared }
    return plan
  }

  /// The available forms of a prepared model; `nil` for an exported one.
  private var preparedForms: [PreparedModel]? {
    guard case .prepared(let own) = model.graphs else { return nil }
    return [own] + own.siblings
  }

  /// Returns the prepared form of the model; `nil` if the export itself is used, and if the form cannot be kept.
  private func prepared(
    _ precision: ResolvedPrecision, readingAll: Bool
  ) throws(ParakeetError) -> ModelDirectory? {
    guard let weights = precision.weights else { return nil }
    let prepared: PreparedModel
    if let plans = preparedForms {
      guard let plan = plans.first(where: { $0.manifest.weights == weights }) else { return nil }
      prepared = plan
    } else {
      guard let directory = settings.preparedDirectory else { return nil }
      let store = PreparedModels(directory: directory)
      guard
        let kept = try store.preparedIfKept(
          model, weights: weights, readingAll: readingAll, report: { report($0) })
      else { return nil }
      prepared = kept
    }
    return try ParakeetError.catching { try ModelDirectory(path: prepared.path) }
  }

  /// Reads graphs. Files that look unchanged can still be damaged: then all are read to find out, and prepared again;
  /// if the result cannot be kept, the export is read.
  private func intact<Graphs: ~Copyable>(
    _ plan: CompilationPlan, _ read: (CompilationPlan, borrowing Runtime) throws(ParakeetError) -> Graphs
  ) throws(ParakeetError) -> Graphs {
    do throws(ParakeetError) {
      return try read(plan, runtime)
    } catch {
      guard case .graph = error, plan.precision.weights != nil else { throw error }
      var repaired = plan
      repaired.model = try prepared(plan.precision, readingAll: true) ?? model
      guard repaired.model.graphs != plan.model.graphs else { throw error }
      return try read(repaired, runtime)
    }
  }

  private func identity(of device: DeviceID) -> String {
    ["FULL_DEVICE_NAME", "DEVICE_ARCHITECTURE", "NPU_DRIVER_VERSION", "GPU_DEVICE_ID"]
      .compactMap { try? text($0, of: device) }.joined(separator: ", ")
  }

  func text(_ property: String, of device: DeviceID) throws(ParakeetError) -> String {
    try ParakeetError.catching { try runtime.property(property, of: device.description) }
  }

  /// Returns the bytes that a device has allocated outside the process's memory; 0 if it does not report them.
  func allottedBytes(on device: DeviceID) -> Int64 {
    (try? text("NPU_DEVICE_ALLOC_MEM_SIZE", of: device)).flatMap { Int64($0) } ?? 0
  }
}

extension NetworkCompiler.CompilationPlan {
  /// The format to convert weights to after reading; `nil` if the files already have the wanted one.
  fileprivate var inMemory: WeightFormat? {
    if case .prepared = model.graphs { nil } else { precision.weights }
  }
}
