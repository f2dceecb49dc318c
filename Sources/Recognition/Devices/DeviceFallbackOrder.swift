/// Which devices are used, from the best to the last resort.
struct DeviceFallbackOrder: Equatable {
  /// OpenVINO's names.
  var names: [String]
  /// Whether the first one has to work at start.
  var needsFirst: Bool

  /// The order in which `auto` prefers what is there.
  private static let preferred = ["NPU", "GPU", "CPU"]

  /// - Parameter available: What OpenVINO lists, for example `["CPU", "GPU.0", "GPU.1"]`.
  init(_ device: Device, fallback: Fallback, available: [String]) throws(RecognitionError) {
    func isThere(_ name: String) -> Bool {
      available.contains { $0 == name || $0.hasPrefix("\(name).") }
    }
    let processor = Device.cpu.openVINOName
    guard device != .auto else {
      let there = Self.preferred.filter(isThere)
      names = fallback == .none ? Array(there.prefix(1)) : there
      needsFirst = fallback == .none
      return
    }
    let name = device.openVINOName
    guard isThere(name) else {
      guard fallback == .cpu, isThere(processor) else {
        throw .deviceMissing(device, available: available)
      }
      names = [processor]
      needsFirst = true
      return
    }
    names = name == processor || fallback == .none || !isThere(processor) ? [name] : [name, processor]
    needsFirst = fallback != .cpu
  }
}
