/// A device of this machine: its kind, and its number where the machine has several of that kind.
public struct DeviceID: Hashable, Sendable {
  /// The kind of a device. The raw values are OpenVINO's names.
  public enum Kind: String, Sendable, CaseIterable {
    case cpu = "CPU"
    case gpu = "GPU"
    case npu = "NPU"
  }

  /// The kind of the device.
  public let kind: Kind
  /// The number in OpenVINO's name, as in `GPU.1`; `nil` for the only or the first device of its kind.
  public let index: Int?

  /// Creates the identifier of a device.
  public init(_ kind: Kind, index: Int? = nil) {
    self.kind = kind
    self.index = index
  }

  public static let cpu = DeviceID(.cpu)
  public static let gpu = DeviceID(.gpu)
  public static let npu = DeviceID(.npu)

  /// Reads a name such as `CPU` or `gpu.1`; `nil` if it names no supported device.
  public init?(_ name: String) {
    let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = Kind(rawValue: parts[0].uppercased()) else { return nil }
    guard parts.count == 2 else {
      self.init(kind)
      return
    }
    guard let index = Int(parts[1]), index >= 0, parts[1].first?.isNumber ?? false else { return nil }
    self.init(kind, index: index)
  }

  /// True for the processor, which runs any shape and is the last resort.
  public var isProcessor: Bool { kind == .cpu }

  /// Returns true if the other device is this one. A device without a number is any of its kind; the only device of a
  /// kind is also its number 0.
  public func includes(_ other: DeviceID) -> Bool {
    kind == other.kind && (index == nil || other.index ?? 0 == index)
  }

  /// Returns true if the list contains this device.
  func isListed(in available: [DeviceID]) -> Bool { available.contains(where: includes) }
}

extension DeviceID: CustomStringConvertible {
  /// OpenVINO's name, such as `CPU` or `GPU.1`.
  public var description: String { index.map { "\(kind.rawValue).\($0)" } ?? kind.rawValue }
}
