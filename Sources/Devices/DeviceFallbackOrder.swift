/// The devices that are used, from the best to the last resort.
struct DeviceFallbackOrder: Equatable {
  /// OpenVINO's names.
  var names: [String]
  /// True if the first one has to work at start.
  var needsFirst: Bool

  /// The order of preference of `auto`.
  private static let preferred = ["NPU", "GPU", "CPU"]

  /// - Parameter available: The devices that OpenVINO lists, for example `["CPU", "GPU.0", "GPU.1"]`.
  init(_ device: Device, fallback: Fallback, available: [String]) throws(DeviceError) {
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
        throw .missing(device, available: available)
      }
      names = [processor]
      needsFirst = true
      return
    }
    names = name == processor || fallback == .none || !isThere(processor) ? [name] : [name, processor]
    needsFirst = fallback != .cpu
  }
}
