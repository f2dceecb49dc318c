public import Devices
internal import Inference
internal import ModelStore
internal import Synchronization

/// Makes a recognizer's engine when it is first wanted, and starts it once.
actor EngineLoader {
  private let model: ModelDirectory
  private let settings: ComputeSettings
  private let onEvent: @Sendable (RecognitionEvent) -> Void
  private let thread = DeviceThread(device: "OpenVINO")
  private nonisolated let present = Mutex<Engine?>(nil)
  private var made: Task<Result<Engine, RecognitionError>, Never>?
  private var start: Task<Result<Void, RecognitionError>, Never>?

  init(
    _ model: ModelDirectory, _ settings: ComputeSettings,
    _ onEvent: @escaping @Sendable (RecognitionEvent) -> Void
  ) {
    self.model = model
    self.settings = settings
    self.onEvent = onEvent
  }

  /// The engine, if it is there.
  nonisolated var current: Engine? { present.withLock { $0 } }

  /// The engine; it is started when somebody wants it, and not waited for.
  func engine() async throws(RecognitionError) -> Engine {
    let start = self.start ?? Task { await startOnce() }
    self.start = start
    return try await value(of: makeOnce())
  }

  /// Waits until the engine has started.
  func started() async throws(RecognitionError) {
    _ = try await engine()
    guard let start else { return }
    do throws(RecognitionError) {
      try await value(of: start)
    } catch {
      // The next one may find what was missing.
      if case .cancelled = error {} else { self.start = nil }
      throw error
    }
  }

  private func makeOnce() -> Task<Result<Engine, RecognitionError>, Never> {
    if let made { return made }
    let task = Task { [model, settings, onEvent, thread] () -> Result<Engine, RecognitionError> in
      do {
        return try await thread.run { () throws(DeviceFault) in
          Result { () throws(RecognitionError) -> Engine in
            let networks = try NetworkCompiler(model, settings: settings) { onEvent(.preparation($0)) }
            return try Engine(
              networks, settings: settings,
              selfTest: { device throws(DeviceFault) in try await Self.test(device, settings) },
              onEvent: { onEvent(.device($0)) })
          }
        }
      } catch {
        return .failure(RecognitionError(error))
      }
    }
    made = task
    return task
  }

  private func startOnce() async -> Result<Void, RecognitionError> {
    switch await makeOnce().value {
    case .failure(let error):
      made = nil
      return .failure(error)
    case .success(let engine):
      present.withLock { $0 = engine }
      do throws(DeviceFault) {
        return .success(try await engine.start())
      } catch {
        return .failure(RecognitionError(error))
      }
    }
  }

  private func value<Value: Sendable>(
    of task: Task<Result<Value, RecognitionError>, Never>
  ) async throws(RecognitionError) -> Value {
    try await task.value(orIfCancelled: .failure(.cancelled)).get()
  }

  /// Lets the built-in model recognize a known recording on a device.
  private static func test(_ name: String, _ settings: ComputeSettings) async throws(DeviceFault) {
    guard let device = Device.allCases.first(where: { $0 != .auto && $0.openVINOName == name }) else {
      return
    }
    var own = SelfTest.settings(for: device)
    own.cacheDirectory = settings.cacheDirectory
    own.inferenceSeconds = settings.inferenceSeconds
    let outcome: SelfTest.Outcome
    do {
      let model = try ModelDirectory.find(ModelDirectory.builtin)
      outcome = try await SelfTest(of: model).run(with: Recognizer(model: model, settings: own))
    } catch {
      throw DeviceFault(RecognitionError(error), on: name)
    }
    guard outcome.isPassed else {
      throw .failed(device: name, why: "the self-test understood '\(outcome.text)'")
    }
  }
}

/// What happens to a recognizer's model and devices.
public enum RecognitionEvent: Sendable, Equatable, CustomStringConvertible {
  case preparation(PreparationEvent)
  case device(DeviceEvent)
  /// A language was asked for that the model does not know, or whose script is not known.
  case unknownLanguage(String, model: String)

  /// Whether a person who waits wants to know. What could not be loaded is told by the transcript, or by its error.
  public var isNotable: Bool {
    switch self {
    case .preparation, .device(.lost), .device(.missing), .device(.overLimit), .unknownLanguage: true
    case .device: false
    }
  }

  /// Whether somebody should look after it.
  public var isTrouble: Bool {
    switch self {
    case .device(let event): event.isTrouble
    case .preparation(let event): event.isTrouble
    case .unknownLanguage: false
    }
  }

  public var description: String {
    switch self {
    case .preparation(let event): event.description
    case .device(let event): event.description
    case .unknownLanguage(let language, let model):
      "the language \(language) is passed over: \(model) does not know it, or its script is not known"
    }
  }
}
