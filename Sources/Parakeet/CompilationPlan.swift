internal import Devices
internal import Inference
internal import ModelStore
internal import Synchronization

/// The way in which a device runs a model.
struct CompilationPlan: Sendable {
  /// The precision of its networks.
  var precision: ResolvedPrecision
  /// The directory of its graphs: the export, or its prepared form.
  var model: ModelDirectory
  /// OpenVINO's `SUPPORTED_PROPERTIES` of the device.
  var properties: [String]
  /// Everything that distinguishes the device and its driver from others.
  var identity: DeviceIdentity

  /// The format to convert weights to after reading; `nil` if the files already have the wanted one.
  var inMemory: WeightFormat? {
    if case .prepared = model.graphs { nil } else { precision.weights }
  }

  /// True if layers with weights in eight bits round their inputs and multiply integers, for which a processor needs
  /// instructions (VNNI).
  func roundsActivations(on device: DeviceID) -> Bool {
    device.isProcessor && precision.weights == .int8 && Runtime.supportsVNNI
  }
}

// MARK: Making plans

extension NetworkCompiler {
  /// Returns the way in which a device runs the model. The first call for a device can prepare the model.
  func plan(for device: DeviceID) throws(ParakeetError) -> CompilationPlan {
    // The lock makes other callers wait while a plan is made.
    try plans.withLock { plans throws(ParakeetError) in
      if let plan = plans[device] { return plan }
      let capabilities = try text("OPTIMIZATION_CAPABILITIES", of: device).split(separator: " ").map(
        String.init)
      let plan = try makePlan(for: device, capabilities: capabilities)
      plans[device] = plan
      precisions.withLock { $0[device] = plan.precision.name }
      return plan
    }
  }

  /// Makes the plan of a device.
  ///
  /// - Parameter capabilities: OpenVINO's `OPTIMIZATION_CAPABILITIES` of the device.
  func makePlan(
    for device: DeviceID, capabilities: [String]
  ) throws(ParakeetError) -> CompilationPlan {
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
  func intact<Graphs: ~Copyable>(
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

  private func identity(of device: DeviceID) -> DeviceIdentity {
    DeviceIdentity(
      device: ["FULL_DEVICE_NAME", "DEVICE_ARCHITECTURE", "GPU_DEVICE_ID"]
        .compactMap { try? text($0, of: device) }.joined(separator: ", "),
      driver: (try? text("NPU_DRIVER_VERSION", of: device)) ?? "")
  }

  func text(_ property: String, of device: DeviceID) throws(ParakeetError) -> String {
    try ParakeetError.catching { try runtime.property(property, of: device.description) }
  }

  /// Returns the bytes that a device has allocated outside the process's memory; 0 if it does not report them.
  func allottedBytes(on device: DeviceID) -> Int64 {
    (try? text("NPU_DEVICE_ALLOC_MEM_SIZE", of: device)).flatMap { Int64($0) } ?? 0
  }
}
