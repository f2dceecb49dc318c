/// Where and how the networks run.
public struct ComputeSettings: Sendable, Equatable {
  public var device: Device
  public var precision: Precision
  /// Where compiled networks are kept for the next start; `nil` to compile each time.
  public var cacheDirectory: String?

  public init(device: Device = .auto, precision: Precision = .auto, cacheDirectory: String? = nil) {
    self.device = device
    self.precision = precision
    self.cacheDirectory = cacheDirectory
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

/// The arithmetic of the networks.
public enum Precision: String, Sendable, CaseIterable {
  /// The fastest that the device computes without emulation.
  case auto
  case f32
  case bf16
  case f16

  /// The device's capability that it needs, as OpenVINO names it.
  var capability: String {
    switch self {
    case .auto, .f32: "FP32"
    case .bf16: "BF16"
    case .f16: "FP16"
    }
  }

  /// - Parameter capabilities: OpenVINO's `OPTIMIZATION_CAPABILITIES` of the device.
  func resolved(for device: String, capabilities: [String]) throws(RecognitionError) -> Precision {
    if self == .auto {
      return capabilities.contains(Precision.bf16.capability) ? .bf16 : .f32
    }
    guard self == .f32 || capabilities.contains(capability) else {
      let supported = Precision.allCases.filter {
        $0 != .auto && ($0 == .f32 || capabilities.contains($0.capability))
      }
      throw .precision(self, device: device, supported: supported.map(\.rawValue))
    }
    return self
  }
}
