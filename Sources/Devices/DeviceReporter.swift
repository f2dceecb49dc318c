internal import Synchronization

/// Records the counters of a device, and emits its `DeviceEvent`s.
public final class DeviceReporter: Sendable {
  private let state: Mutex<DeviceReport>
  private let onEvent: @Sendable (DeviceEvent) -> Void
  private let device: DeviceID
  /// The device's name in events of its loss and return.
  private let role: String

  /// True if a failure of the device's start is an error and not an event.
  private let isRequired: Bool

  init(
    _ device: DeviceID, role: String, isRequired: Bool, onEvent: @escaping @Sendable (DeviceEvent) -> Void
  ) {
    self.device = device
    self.role = role
    self.isRequired = isRequired
    self.onEvent = onEvent
    state = Mutex(DeviceReport(name: device.description))
  }

  var report: DeviceReport { state.withLock { $0 } }

  // MARK: The device

  func became(_ new: DeviceReport.State) {
    let old = state.withLock { report in
      defer { report.state = new }
      return report.state
    }
    guard old != new else { return }
    switch (old, new) {
    case (.lost, .working): onEvent(.back(device: role))
    case (.starting, .lost(let why)): if !isRequired { onEvent(.unusable(device: role, why: why)) }
    case (_, .lost(let why)): onEvent(.lost(device: role, why: why))
    default: break
    }
  }

  func failed() {
    state.withLock { $0.failures += 1 }
  }

  func countFallback() {
    state.withLock { $0.fallbacks += 1 }
  }

  // MARK: Encoders

  func ran(seconds: Double) {
    state.withLock { report in
      report.inferences += 1
      report.busySeconds += seconds
    }
  }

  func hit() {
    state.withLock { $0.hits += 1 }
  }

  func began(_ shape: EncoderShape) {
    change(shape) { $0.state = .loading }
    onEvent(.loading(device: device, shape))
  }

  func loaded(_ shape: EncoderShape, seconds: Double, isFromCache: Bool, bytes: Int64, isOverLimit: Bool) {
    state.withLock { $0.loads += 1 }
    change(shape) { encoder in
      encoder.state = .ready
      encoder.isFromCache = isFromCache
      encoder.bytes = bytes
    }
    onEvent(.loaded(device: device, shape, seconds: seconds, isFromCache: isFromCache, bytes: bytes))
    if isOverLimit { onEvent(.overLimit(device: device)) }
  }

  func notLoaded(_ shape: EncoderShape, _ error: DeviceError) {
    failed()
    change(shape) { $0.state = .failed }
    onEvent(.notLoaded(device: device, shape, why: error.reason))
  }

  func evicted(_ shape: EncoderShape) {
    state.withLock { $0.evictions += 1 }
    change(shape) { $0.state = .unloaded }
    onEvent(.unloaded(device: device, shape))
  }

  /// Marks all encoders as unloaded.
  func emptied() {
    state.withLock { report in
      for index in report.encoders.indices { report.encoders[index].state = .unloaded }
    }
  }

  private func change(_ shape: EncoderShape, _ body: (inout DeviceReport.Encoder) -> Void) {
    state.withLock { report in
      let index = report.encoders.firstIndex { $0.shape == shape }
      if index == nil { report.encoders.append(DeviceReport.Encoder(shape: shape, state: .unloaded)) }
      body(&report.encoders[index ?? report.encoders.count - 1])
    }
  }
}
