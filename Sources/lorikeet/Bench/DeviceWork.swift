internal import Devices
internal import Diagnosis
internal import Recognition

/// Which devices did the work between two moments: not what was asked for, but what was counted.
struct DeviceWork: Sendable, Equatable {
  /// Runs of an encoder on each device that had any, by OpenVINO's names.
  var inferences: [String: Int] = [:]
  /// Microseconds that the NPU was busy, as the kernel counts them; `nil` where it does not.
  var npuMicroseconds: UInt64?

  /// What the counters say at one moment.
  struct Mark: Sendable {
    let inferences: [String: Int]
    let npuMicroseconds: UInt64?

    init(_ devices: [DeviceReport], npuMicroseconds: UInt64? = nil) {
      inferences = Dictionary(devices.map { ($0.name, $0.inferences) }) { $0 + $1 }
      self.npuMicroseconds = npuMicroseconds
    }
  }

  /// Devices that worked, in order.
  var devices: [String] { inferences.keys.sorted() }

  /// What speaks against all of it having been done by a device; `nil` if nothing does.
  func contradiction(to device: Device) -> String? {
    guard device != .auto, !inferences.isEmpty else { return nil }
    let asked = device.rawValue.uppercased()
    let others = devices.filter { DeviceName.kind(of: $0) != asked }
    if !others.isEmpty { return "\(others.joined(separator: " and ")) did the work instead of \(asked)" }
    if device == .npu, npuMicroseconds == 0 { return "the kernel counted no work of the NPU meanwhile" }
    return nil
  }
}

extension DeviceWork {
  init(from start: Mark, to end: Mark) {
    for (name, count) in end.inferences where count > start.inferences[name, default: 0] {
      inferences[name] = count - start.inferences[name, default: 0]
    }
    if let last = end.npuMicroseconds, let first = start.npuMicroseconds { npuMicroseconds = last &- first }
  }
}
