/// A choice of a device in the settings.
public enum DeviceChoice: Hashable, Sendable {
  /// The best device in the machine that works.
  case auto
  /// The device with this identifier.
  case device(DeviceID)

  public static let cpu = DeviceChoice.device(.cpu)
  public static let gpu = DeviceChoice.device(.gpu)
  public static let npu = DeviceChoice.device(.npu)

  /// The chosen device; `nil` for `auto`.
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
  /// The choices on every machine. A machine with several devices of a kind has more, such as "gpu.1".
  public static var allCases: [DeviceChoice] {
    [.auto] + DeviceID.Kind.allCases.map { .device(DeviceID($0)) }
  }
}
