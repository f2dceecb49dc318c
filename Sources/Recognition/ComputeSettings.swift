/// Where and how the networks run.
public struct ComputeSettings: Sendable, Equatable {
  public var device: Device
  public var precision: Precision
  /// Where compiled networks are kept for the next start; `nil` to compile each time.
  public var cacheDirectory: String?

  /// Where prepared models are kept for the next start; `nil` to prepare in memory each time.
  public var preparedDirectory: String?

  public init(
    device: Device = .auto, precision: Precision = .auto, cacheDirectory: String? = nil,
    preparedDirectory: String? = nil
  ) {
    self.device = device
    self.precision = precision
    self.cacheDirectory = cacheDirectory
    self.preparedDirectory = preparedDirectory
  }
}

/// The device that a person asks for.
public enum Device: String, Sendable, CaseIterable {
  /// The best one that is there.
  case auto
  case cpu

  /// OpenVINO's name for it.
  var openVINOName: String {
    switch self {
    case .auto, .cpu: "CPU"
    }
  }
}
