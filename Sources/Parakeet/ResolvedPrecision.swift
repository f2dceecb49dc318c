internal import Devices
internal import ModelStore

/// The precision of a model's networks on a device.
struct ResolvedPrecision: Equatable {
  /// The precision to report with a transcript.
  var name: Precision
  /// The precision that OpenVINO computes in.
  var arithmetic: Precision
  /// The format of large weights; `nil` for that of the model's files.
  var weights: WeightFormat?
}

extension Precision {
  /// The size from which `auto` stores weights in eight bits. It lies between the tiny models, which take milliseconds
  /// anyway, and the real ones, of which the smallest has 400 MB.
  static let bytesWorthCompressing: Int64 = 100_000_000

  /// Returns the precision for a fallback device, if this one was requested for another device.
  func forStandIn(_ capabilities: [String]) -> Precision {
    self == .int8 || capabilities.contains(capability) ? self : .auto
  }

  /// Returns the precision of a model's networks on a device.
  ///
  /// - Parameters:
  ///   - capabilities: OpenVINO's `OPTIMIZATION_CAPABILITIES` of the device.
  ///   - prepared: The weight formats in which the model is available; `nil` if it can be prepared in any.
  func resolved(
    for device: DeviceID, capabilities: [String], model: ModelDirectory, prepared: [WeightFormat]?
  ) throws(ParakeetError) -> ResolvedPrecision {
    let isProcessor = device.isProcessor
    let fastest: Precision =
      !isProcessor ? .f16 : capabilities.contains(Precision.bf16.capability) ? .bf16 : .f32
    let isLarge = prepared != nil || model.graphBytes > Self.bytesWorthCompressing
    // Processors and NPUs read eight bits fastest; an NPU's compiled network takes half the memory, too. On a GPU a
    // quantized graph is slower than a plain one.
    let preferred: [Precision] = device.kind == .gpu ? [fastest, .int8] : [.int8, fastest]
    func isAvailable(_ precision: Precision) -> Bool {
      prepared?.contains(precision == .int8 ? .int8 : .f16) ?? true
    }
    let wanted = self != .auto ? self : isLarge ? preferred.first(where: isAvailable) ?? fastest : fastest
    guard isAvailable(wanted) else {
      throw .preparedOtherwise(wanted, weights: prepared ?? [], model: model.path)
    }
    if wanted == .int8 { return ResolvedPrecision(name: .int8, arithmetic: fastest, weights: .int8) }
    func isSupported(_ precision: Precision) -> Bool {
      switch precision {
      case .auto: false
      // An NPU computes in f16, whatever it is told.
      case .f32: device.kind != .npu
      case .int8: true
      case .bf16, .f16: capabilities.contains(precision.capability)
      }
    }
    guard isSupported(wanted) else {
      let supported = Precision.allCases.filter(isSupported)
      throw .precision(self, device: device, supported: supported.map(\.rawValue))
    }
    let isHalf = prepared != nil || wanted == .f16 && isLarge
    return ResolvedPrecision(name: wanted, arithmetic: wanted, weights: isHalf ? .f16 : nil)
  }

  /// OpenVINO's name of the device capability that it needs.
  private var capability: String {
    switch self {
    case .auto, .f32, .int8: "FP32"
    case .bf16: "BF16"
    case .f16: "FP16"
    }
  }
}
