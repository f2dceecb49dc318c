/// The devices that are used, from the best to the last resort.
struct DeviceFallbackOrder: Equatable {
  var devices: [DeviceID]
  /// True if the first one has to work at start.
  var needsFirst: Bool

  /// The order of preference of `auto`.
  private static let preferred: [DeviceID] = [.npu, .gpu, .cpu]

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
