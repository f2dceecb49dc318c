package import Devices
internal import Inference
package import ModelStore
internal import Synchronization

/// The networks of a model, in the plan in which each device runs them best.
///
/// Its calls block: the first one for a device may prepare the model, which takes a minute.
package final class NetworkCompiler: Sendable {
  package let model: ModelDirectory
  private let settings: ComputeSettings
  private let runtime: Runtime
  private let report: PreparationReport
  private let plans = Mutex<[String: CompilationPlan]>([:])
  /// What is reported; apart from the plans, whose lock is held while a model is prepared.
  private let precisions = Mutex<[String: Precision]>([:])
  private let sourceHash = Mutex<String?>(nil)

  /// How a device runs a model.
  fileprivate struct CompilationPlan: Sendable {
    var precision: ResolvedPrecision
    /// Where its graphs are read from: the export, or what was made of it.
    var model: ModelDirectory
    /// OpenVINO's `SUPPORTED_PROPERTIES` of the device.
    var properties: [String]
    /// All that tells the device and its driver from others.
    var identity: String
  }

  /// - Parameter report: Is told when a preparation begins and ends, and what is not kept.
  package init(
    _ model: ModelDirectory, settings: ComputeSettings,
    report: @escaping @Sendable (PreparationEvent) -> Void = { _ in }
  ) throws(ParakeetError) {
    self.model = model
    self.settings = settings
    self.report = PreparationReport(report)
    do throws(InferenceError) {
      runtime = try Runtime()
    } catch {
      throw .inference(error)
    }
  }

  /// The names of the devices that are there.
  func availableDevices() throws(ParakeetError) -> [String] {
    do throws(InferenceError) {
      return try runtime.devices()
    } catch {
      throw .inference(error)
    }
  }

  /// The precision as it is reported with a transcript; `nil` if the device has run nothing.
  func loadedPrecision(on device: String) -> Precision? {
    precisions.withLock { $0[device] }
  }

  /// Refuses properties that the device does not know.
  func refuseUnknownProperties(of device: String) throws(ParakeetError) {
    guard !settings.properties.isEmpty else { return }
    let known = try text("SUPPORTED_PROPERTIES", of: device).split(separator: " ").map(String.init)
    guard !known.isEmpty else { return }
    for key in settings.properties.keys.sorted() where !known.contains(key) {
      throw .property(key, device: device, known: known.sorted())
    }
  }

  // MARK: Loading

  /// Compiles the encoder for a shape, or takes it from the cache.
  package func encoder(
    on device: String = "CPU", _ shape: EncoderShape = .dynamic
  ) throws(ParakeetError) -> EncoderNetwork {
    let plan = try plan(for: device)
    do {
      var graph = try intact(plan) { plan, runtime throws(ParakeetError) in
        try SpeechGraphs.encoder(of: plan.model, weights: plan.inMemory, runtime: runtime)
      }
      if device != Device.cpu.openVINOName, try graph.isDynamicallyQuantized {
        throw ModelError(model: model.name, reason: .quantizedLayers(device: device))
      }
      let isProcessor = device == Device.cpu.openVINOName
      let rounding = isProcessor && plan.precision.weights == .int8 && Runtime.supportsVNNI
      try EncoderPasses.apply(
        to: &graph, shape: shape, bandCount: model.configuration.bandCount, isProcessor: isProcessor,
        roundingActivations: rounding, runtime)
      let name = shape.bucket.map { "encoder \($0.frames)" } ?? "encoder"
      // What stands in may know other properties than the device that they were meant for.
      let overrides = settings.properties.filter {
        plan.properties.isEmpty || plan.properties.contains($0.key)
      }
      // What is left beside integers is faster in f32 than with conversions to bf16 and back.
      let compiled = try compile(
        graph, name, on: device, plan, in: rounding ? .f32 : nil, overrides: overrides)
      return try EncoderNetwork(compiled, shape, on: device)
    } catch {
      throw ParakeetError(error)
    }
  }

  /// Compiles the decoder's three networks.
  package func decoderNetworks(on device: String = "CPU") throws(ParakeetError) -> DecoderNetworks {
    let plan = try plan(for: device)
    do {
      let graphs = try intact(plan) { plan, runtime throws(ParakeetError) in
        try SpeechGraphs.decoder(of: plan.model, weights: plan.inMemory, runtime: runtime)
      }
      // The projection takes any number of frames, which an accelerator may not.
      let processor = Device.cpu.openVINOName
      let projection = try compile(
        graphs.projection, "encoder projection", on: processor, try self.plan(for: processor))
      let prediction = try compile(graphs.prediction, "prediction network", on: device, plan)
      // With weights in eight bits float32 is faster than bf16 with weights in sixteen, and knows no ties.
      let joint = try compile(
        graphs.joint, "joint network", on: device, plan,
        in: plan.precision.weights == .int8 ? .f32 : plan.precision.arithmetic)
      return try DecoderNetworks(projection: projection, prediction: prediction, joint: joint)
    } catch {
      throw ParakeetError(error)
    }
  }

  private func compile(
    _ graph: borrowing Graph, _ name: String, on device: String, _ plan: CompilationPlan,
    in arithmetic: Precision? = nil,
    overrides: [String: String] = [:]
  ) throws -> CompiledGraph {
    let properties = DeviceProperties.make(
      for: device, arithmetic: arithmetic ?? plan.precision.arithmetic, supported: plan.properties,
      overrides: overrides)
    guard let cache = try cache(for: device, plan) else {
      return try runtime.compile(graph, name: name, for: device, properties: properties)
    }
    return try cache.compile(
      graph, name: name, for: (device, plan.identity), properties: properties, runtime)
  }

  /// Where compiled networks are kept; `nil` where that gains nothing: a prepared model compiles for the processor
  /// in less than a second, and would take as much disk again; and where there was no room for the prepared plan.
  private func cache(for device: String, _ plan: CompilationPlan) throws(ParakeetError)
    -> CompiledNetworks?
  {
    guard let directory = settings.cacheDirectory else { return nil }
    let source: String
    switch plan.model.graphs {
    case .prepared(let prepared):
      guard device != Device.cpu.openVINOName else { return nil }
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

  /// The hash of all files of the export.
  private func hash() throws(ParakeetError) -> String {
    let known = sourceHash.withLock { $0 }
    if let known { return known }
    do throws(ModelError) {
      let memory = settings.preparedDirectory.map { "\($0)/.hashes" }
      let hash = try SourceHashes(of: model, memory: memory) { failure in
        if !failure.isWrongPlace { report(.notKept(model: model.name, failure)) }
      }.sha256
      sourceHash.withLock { $0 = hash }
      return hash
    } catch {
      throw .model(error)
    }
  }

  // MARK: Forms

  private func plan(for device: String) throws(ParakeetError) -> CompilationPlan {
    // Whoever comes while a plan is made waits for it.
    try plans.withLock { plans throws(ParakeetError) in
      if let plan = plans[device] { return plan }
      let plan = try makePlan(for: device)
      plans[device] = plan
      precisions.withLock { $0[device] = plan.precision.name }
      return plan
    }
  }

  private func makePlan(for device: String) throws(ParakeetError) -> CompilationPlan {
    let capabilities = try text("OPTIMIZATION_CAPABILITIES", of: device).split(separator: " ").map(
      String.init)
    let isAskedFor = settings.device == .auto || device == settings.device.openVINOName
    let asked = isAskedFor ? settings.precision : settings.precision.forStandIn(capabilities)
    let precision = try asked.resolved(
      for: device, capabilities: capabilities, model: model, prepared: preparedForms?.map(\.manifest.weights))
    var plan = CompilationPlan(
      precision: precision, model: model,
      properties: (try? text("SUPPORTED_PROPERTIES", of: device))?.split(separator: " ").map(String.init)
        ?? [],
      identity: identity(of: device))
    if let prepared = try prepared(precision, readingAll: false) { plan.model = prepared }
    return plan
  }

  /// The plans that a model is there in which has been prepared; `nil` for an exported one.
  private var preparedForms: [PreparedModel]? {
    guard case .prepared(let own) = model.graphs else { return nil }
    return [own] + own.siblings
  }

  /// The prepared plan of the model; `nil` where it is used as it is, and where what is made of it cannot be kept.
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
    do throws(ModelError) {
      return try ModelDirectory(path: prepared.path)
    } catch {
      throw .model(error)
    }
  }

  /// Reads graphs. Files that look unchanged may be spoiled all the same: reading all of them tells, and makes them
  /// anew; where that cannot be kept, the export is read.
  private func intact<Graphs: ~Copyable>(
    _ plan: CompilationPlan, _ read: (CompilationPlan, borrowing Runtime) throws(ParakeetError) -> Graphs
  ) throws(ParakeetError) -> Graphs {
    do throws(ParakeetError) {
      return try read(plan, runtime)
    } catch {
      guard case .graph = error, plan.precision.weights != nil else { throw error }
      var mended = plan
      mended.model = try prepared(plan.precision, readingAll: true) ?? model
      guard mended.model.graphs != plan.model.graphs else { throw error }
      return try read(mended, runtime)
    }
  }

  private func identity(of device: String) -> String {
    ["FULL_DEVICE_NAME", "DEVICE_ARCHITECTURE", "NPU_DRIVER_VERSION", "GPU_DEVICE_ID"]
      .compactMap { try? text($0, of: device) }.joined(separator: ", ")
  }

  private func text(_ property: String, of device: String) throws(ParakeetError) -> String {
    do throws(InferenceError) {
      return try runtime.property(property, of: device)
    } catch {
      throw .inference(error)
    }
  }

  /// Bytes that a device has allotted, beside the process's own memory; 0 if it does not say.
  func allottedBytes(on device: String) -> Int64 {
    (try? text("NPU_DEVICE_ALLOC_MEM_SIZE", of: device)).flatMap { Int64($0) } ?? 0
  }
}

extension NetworkCompiler.CompilationPlan {
  /// How weights are to be changed after reading; `nil` where the files have them as they are wanted.
  fileprivate var inMemory: WeightFormat? {
    if case .prepared = model.graphs { nil } else { precision.weights }
  }
}
