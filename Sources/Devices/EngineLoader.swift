internal import Concurrency
internal import Synchronization

/// Makes an engine on first use, and starts it once.
public actor EngineLoader {
  private let settings: ComputeSettings
  private let makeNetworks: @Sendable () throws(DeviceError) -> any SpeechNetworks
  private let selfTest: @Sendable (DeviceID, SelfTest.Role) async throws(DeviceError) -> Void
  private let onEvent: @Sendable (DeviceEvent) -> Void
  /// The thread that makes the engine. Its jobs have no time limit.
  private let thread = DeviceThread(named: "OpenVINO", cancelled: .cancelled) { _ in .cancelled }
  private nonisolated let present = Mutex<Engine?>(nil)
  private var making: Task<Result<Engine, DeviceError>, Never>?
  private var starting: Task<Result<Void, DeviceError>, Never>?

  /// Creates a loader that has loaded nothing.
  ///
  /// - Parameters:
  ///   - makeNetworks: Makes the model's networks. Blocks, and is called on a dedicated thread.
  ///   - selfTest: Recognizes a known recording, with one part of the work on a device, before the device is used.
  ///   - onEvent: Called on an arbitrary thread.
  public init(
    settings: ComputeSettings,
    makeNetworks: @escaping @Sendable () throws(DeviceError) -> any SpeechNetworks,
    selfTest: @escaping @Sendable (DeviceID, SelfTest.Role) async throws(DeviceError) -> Void,
    onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) {
    self.settings = settings
    self.makeNetworks = makeNetworks
    self.selfTest = selfTest
    self.onEvent = onEvent
  }

  deinit {
    making?.cancel()
    starting?.cancel()
  }

  /// The engine; `nil` before it is made.
  public nonisolated var current: Engine? { present.withLock { $0 } }

  /// Returns the engine as soon as it is made, and begins to start it if no one has.
  public func engine() async throws(DeviceError) -> Engine {
    if starting == nil { starting = Task { [weak self] in await self?.startOnce() ?? .failure(.cancelled) } }
    return try await value(of: makeOnce())
  }

  /// Waits until the engine has started.
  public func started() async throws(DeviceError) {
    _ = try await engine()
    guard let starting else { return }
    do throws(DeviceError) {
      try await value(of: starting)
    } catch {
      // The next attempt can succeed, for example with a file that was missing.
      if error != .cancelled { self.starting = nil }
      throw error
    }
  }

  private func makeOnce() -> Task<Result<Engine, DeviceError>, Never> {
    if let making { return making }
    let task = Task { [settings, makeNetworks, selfTest, onEvent, thread] () -> Result<Engine, DeviceError> in
      do throws(DeviceError) {
        return .success(
          try await thread.run { () throws(DeviceError) in
            try Engine(try makeNetworks(), settings: settings, selfTest: selfTest, onEvent: onEvent)
          })
      } catch {
        return .failure(error)
      }
    }
    making = task
    return task
  }

  private func startOnce() async -> Result<Void, DeviceError> {
    switch await makeOnce().value {
    case .failure(let error):
      making = nil
      return .failure(error)
    case .success(let engine):
      present.withLock { $0 = engine }
      do throws(DeviceError) {
        return .success(try await engine.start())
      } catch {
        return .failure(error)
      }
    }
  }

  private func value<Value: Sendable>(
    of task: Task<Result<Value, DeviceError>, Never>
  ) async throws(DeviceError) -> Value {
    try await task.value(orIfCancelled: .failure(.cancelled)).get()
  }
}
