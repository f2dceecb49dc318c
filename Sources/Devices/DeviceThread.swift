public import Concurrency

/// The thread on which a device runs its networks.
public typealias DeviceThread = WorkerThread<DeviceError>

extension WorkerThread where Failure == DeviceError {
  /// Starts the thread of a device.
  ///
  /// - Parameters:
  ///   - device: The device, named in errors and process lists.
  ///   - pause: Waits for a job's time limit.
  public convenience init(device: DeviceID, pause: @escaping Pause = { try await Task.sleep(for: $0) }) {
    self.init(named: "device \(device)", pause: pause, cancelled: .cancelled) { limit in
      .late(device: device, seconds: limit.seconds)
    }
  }
}
