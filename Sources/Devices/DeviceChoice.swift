/// A person's choice of a device.
public enum DeviceChoice: Hashable, Sendable {
  /// The best one in the machine that works.
  case auto
  case device(DeviceID)

  public static let cpu = DeviceChoice.device(.cpu)
  public static let gpu = DeviceChoice.device(.gpu)
  public static let npu = DeviceChoice.device(.npu)

  /// The device; `nil` for `auto`.
  public var id: DeviceID? {
    if case .device(let id) = self { id } else { nil }
  }
}

extension DeviceChoice: RawRepresentable {
  /// Reads "auto", a kind such as "gpu", or one of several devices of a kind, such as "gpu.1".
  public init?(rawValue: String) {
    if rawValue == "auto" {
      self = .auto
    } else if rawValue == rawValue.lowercased(), let id = DeviceID(rawValue) {
      self = .device(id)
    } else {
      return nil
    }
  }

  public var rawValue: String { id?.description.lowercased() ?? "auto" }
}

extension DeviceChoice: CaseIterable {
  /// The choices on any machine. One with several devices of a kind has others, such as "gpu.1".
  public static var allCases: [DeviceChoice] {
    [.auto] + DeviceID.Kind.allCases.map { .device(DeviceID($0)) }
  }
}
