package import Acceleration
internal import Inference
package import ModelStore
internal import Synchronization

/// The networks of a model, in the form in which each device runs them best.
///
/// Its calls block: the first one for a device may prepare the model, which takes a minute.
package final class ModelNetworks: Sendable {
  package let model: ModelDirectory
  private let settings: ComputeSettings
  private let runtime: Runtime
  private let report: PreparationReport
  private let forms = Mutex<[String: Form]>([:])
  /// What is reported; apart from the forms, whose lock is held while a model is prepared.
  private let precisions = Mutex<[String: Precision]>([:])
  private let sourceHash = Mutex<String?>(nil)

  /// How a device runs a model.
  fileprivate struct Form: Sendable {
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
  ) throws(RecognitionError) {
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
  func devices() throws(RecognitionError) -> [String] {
    do throws(InferenceError) {
      return try runtime.devices()
    } catch {
      throw .inference(error)
    }
  }

  /// The precision as it is reported with a transcript; `nil` if the device has run nothing.
  func precision(on device: String) -> Precision? {
    precisions.withLock { $0[device] }
  }

  /// Refuses properties that the device does not know.
  func checkProperties(of device: String) throws(RecognitionError) {
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
  ) throws(RecognitionError) -> EncoderNetwork {
    let form = try form(for: device)
    do {
      var graph = try intact(form) { form, runtime throws(RecognitionError) in
        try SpeechGraphs.encoder(of: form.model, weights: form.inMemory, runtime: runtime)
      }
      if device != Device.cpu.openVINOName, try graph.isDynamicallyQuantized {
        throw ModelError(model: model.name, reason: .quantizedLayers(device: device))
      }
      let isProcessor = device == Device.cpu.openVINOName
      let rounding = isProcessor && form.precision.weights == .int8 && Runtime.multipliesBytes
      try EncoderPasses.apply(
        to: &graph, shape: shape, bandCount: model.configuration.bandCount, isProcessor: isProcessor,
        roundingActivations: rounding, runtime)
      let name = shape.bucket.map { "encoder \($0.frames)" } ?? "encoder"
      // What stands in may know other properties than the device that they were meant for.
      let overrides = settings.properties.filter {
        form.properties.isEmpty || form.properties.contains($0.key)
      }
      // What is left beside integers is faster in f32 than with conversions to bf16 and back.
      let compiled = try compile(
        graph, name, on: device, form, in: rounding ? .f32 : nil, overrides: overrides)
      return try EncoderNetwork(compiled, shape, on: device)
    } catch {
      throw RecognitionError(error)
    }
  }

  /// Compiles the decoder's three networks.
  package func decoder(on device: String = "CPU") throws(RecognitionError) -> DecoderNetworks {
    let form = try form(for: device)
    do {
      let graphs = try intact(form) { form, runtime throws(RecognitionError) in
        try SpeechGraphs.decoder(of: form.model, weights: form.inMemory, runtime: runtime)
      }
      // The projection takes any number of frames, which an accelerator may not.
      let processor = Device.cpu.openVINOName
      let projection = try compile(
        graphs.projection, "encoder projection", on: processor, try self.form(for: processor))
      let prediction = try compile(graphs.prediction, "prediction network", on: device, form)
      // With weights in eight bits float32 is faster than bf16 with weights in sixteen, and knows no ties.
      let joint = try compile(
        graphs.joint, "joint network", on: device, form,
        in: form.precision.weights == .int8 ? .f32 : form.precision.arithmetic)
      return try DecoderNetworks(projection: projection, prediction: prediction, joint: joint)
    } catch {
      throw RecognitionError(error)
    }
  }

  private func compile(
    _ graph: borrowing Graph, _ name: String, on device: String, _ form: Form,
    in arithmetic: Precision? = nil,
    overrides: [String: String] = [:]
  ) throws -> CompiledGraph {
    let properties = DeviceProperties.make(
      for: device, arithmetic: arithmetic ?? form.precision.arithmetic, supported: form.properties,
      overrides: overrides)
    guard let cache = try cache(for: device, form) else {
      return try runtime.compile(graph, name: name, for: device, properties: properties)
    }
    return try cache.compile(
      graph, name: name, for: (device, form.identity), properties: properties, runtime)
  }

  /// Where compiled networks are kept; `nil` where that gains nothing: a prepared model compiles for the processor
  /// in less than a second, and would take as much disk again; and where there was no room for the prepared form.
  private func cache(for device: String, _ form: Form) throws(RecognitionError) -> CompiledNetworks? {
    guard let directory = settings.cacheDirectory else { return nil }
    let source: String
    switch form.model.graphs {
    case .prepared(let prepared):
      guard device != Device.cpu.openVINOName else { return nil }
      let versions = "\(prepared.manifest.version) \(EncoderPasses.version)"
      source = "\(prepared.manifest.source) \(prepared.manifest.weights.rawValue) \(versions)"
    case .exported:
      guard form.precision.weights == nil || settings.preparedDirectory == nil else { return nil }
      let versions = "\(PreparedModel.version) \(EncoderPasses.version)"
      source = "\(try hash()) \(form.inMemory?.rawValue ?? "") \(versions)"
    }
    return try CompiledNetworks(directory: directory, source: source, of: model) {
      [report, model] failure in report(.notKept(model: model.name, failure))
    }
  }

  /// The hash of all files of the export.
  private func hash() throws(RecognitionError) -> String {
    let known = sourceHash.withLock { $0 }
    if let known { return known }
    do throws(ModelError) {
      let memory = settings.preparedDirectory.map { "\($0)/.hashes" }
      let hash = try ModelSources(of: model, memory: memory) { failure in
        if !failure.isWrongPlace { report(.notKept(model: model.name, failure)) }
      }.sha256
      sourceHash.withLock { $0 = hash }
      return hash
    } catch {
      throw .model(error)
    }
  }

  // MARK: Forms

  private func form(for device: String) throws(RecognitionError) -> Form {
    // Whoever comes while a form is made waits for it.
    try forms.withLock { forms throws(RecognitionError) in
      if let form = forms[device] { return form }
      let form = try makeForm(for: device)
      forms[device] = form
      precisions.withLock { $0[device] = form.precision.name }
      return form
    }
  }

  private func makeForm(for device: String) throws(RecognitionError) -> Form {
    let capabilities = try text("OPTIMIZATION_CAPABILITIES", of: device).split(separator: " ").map(
      String.init)
    let isAskedFor = settings.device == .auto || device == settings.device.openVINOName
    let asked = isAskedFor ? settings.precision : settings.precision.forStandIn(capabilities)
    let precision = try asked.resolved(
      for: device, capabilities: capabilities, model: model, prepared: preparedForms?.map(\.manifest.weights))
    var form = Form(
      precision: precision, model: model,
      properties: (try? text("SUPPORTED_PROPERTIES", of: device))?.split(separator: " ").map(String.init)
        ?? [],
      identity: identity(of: device))
    if let prepared = try prepared(precision, readingAll: false) { form.model = prepared }
    return form
  }

  /// The forms that a model is there in which has been prepared; `nil` for an exported one.
  private var preparedForms: [PreparedModel]? {
    guard case .prepared(let own) = model.graphs else { return nil }
    return [own] + own.siblings
  }

  /// The prepared form of the model; `nil` where it is used as it is, and where what is made of it cannot be kept.
  private func prepared(
    _ precision: ResolvedPrecision, readingAll: Bool
  ) throws(RecognitionError) -> ModelDirectory? {
    guard let weights = precision.weights else { return nil }
    let prepared: PreparedModel
    if let forms = preparedForms {
      guard let form = forms.first(where: { $0.manifest.weights == weights }) else { return nil }
      prepared = form
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
    _ form: Form, _ read: (Form, borrowing Runtime) throws(RecognitionError) -> Graphs
  ) throws(RecognitionError) -> Graphs {
    do throws(RecognitionError) {
      return try read(form, runtime)
    } catch {
      guard case .graph = error, form.precision.weights != nil else { throw error }
      var mended = form
      mended.model = try prepared(form.precision, readingAll: true) ?? model
      guard mended.model.graphs != form.model.graphs else { throw error }
      return try read(mended, runtime)
    }
  }

  private func identity(of device: String) -> String {
    ["FULL_DEVICE_NAME", "DEVICE_ARCHITECTURE", "NPU_DRIVER_VERSION", "GPU_DEVICE_ID"]
      .compactMap { try? text($0, of: device) }.joined(separator: ", ")
  }

  private func text(_ property: String, of device: String) throws(RecognitionError) -> String {
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

extension ModelNetworks.Form {
  /// How weights are to be changed after reading; `nil` where the files have them as they are wanted.
  fileprivate var inMemory: WeightFormat? {
    if case .prepared = model.graphs { nil } else { precision.weights }
  }
}
