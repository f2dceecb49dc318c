internal import Devices
internal import Diagnosis
internal import Recognition

/// The work that each device did between two moments, as counted rather than as requested.
struct DeviceWork: Sendable, Equatable {
  /// The number of encoder runs on each device that had any, by OpenVINO's names.
  var inferences: [String: Int] = [:]
  /// The NPU's busy time by the kernel's count, in microseconds; `nil` if the kernel does not count.
  var npuMicroseconds: UInt64?

  /// The counters at one moment.
  struct Mark: Sendable {
    let inferences: [String: Int]
    let npuMicroseconds: UInt64?

    init(_ devices: [DeviceReport], npuMicroseconds: UInt64? = nil) {
      inferences = Dictionary(devices.map { ($0.name, $0.inferences) }) { $0 + $1 }
      self.npuMicroseconds = npuMicroseconds
    }
  }

  /// The devices that worked, sorted.
  var devices: [String] { inferences.keys.sorted() }

  /// Returns the evidence that not all work was done by a device; `nil` if there is none.
  func contradiction(to device: DeviceChoice) -> String? {
    guard let asked = device.id, !inferences.isEmpty else { return nil }
    let others = asked.others(among: devices)
    if !others.isEmpty { return "\(others.joined(separator: " and ")) did the work instead of \(asked)" }
    if asked.kind == .npu, npuMicroseconds == 0 { return "the kernel counted no work of the NPU meanwhile" }
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
