/// The devices to use, from the best to the last resort.
struct DeviceFallbackOrder: Equatable {
  /// The devices; each replaces those before it.
  var devices: [DeviceID]
  /// True if the first device must work at start.
  var needsFirst: Bool

  /// The order of preference of `auto`.
  private static let preferred: [DeviceID] = [.npu, .gpu, .cpu]

  /// Creates the order for a choice.
  ///
  /// - Parameter available: The devices that OpenVINO lists.
  init(_ choice: DeviceChoice, fallback: Fallback, available: [DeviceID]) throws(DeviceError) {
    guard let device = choice.id else {
      let listed = Self.preferred.filter { $0.isListed(in: available) }
      devices = fallback == .none ? Array(listed.prefix(1)) : listed
      needsFirst = fallback == .none
      return
    }
    let hasProcessor = DeviceID.cpu.isListed(in: available)
    guard device.isListed(in: available) else {
      guard fallback == .cpu, hasProcessor else { throw .missing(device, available: available) }
      devices = [.cpu]
      needsFirst = true
      return
    }
    devices = device.isProcessor || fallback == .none || !hasProcessor ? [device] : [device, .cpu]
    needsFirst = fallback != .cpu
  }
}
