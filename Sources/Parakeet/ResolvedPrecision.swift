internal import Devices
internal import ModelStore

/// The precision of a model's networks on a device.
struct ResolvedPrecision: Equatable {
  /// As it is reported with a transcript.
  var name: Precision
  /// Of the networks, as OpenVINO is told.
  var arithmetic: Precision
  /// How large weights are stored; `nil` for as they are in the model's files.
  var weights: WeightFormat?
}

extension Precision {
  /// From this size on `auto` stores weights in eight bits. Between the tiny models, which are answered in
  /// milliseconds as they are, and the real ones, of which the smallest has 400 MB.
  static let bytesWorthCompressing: Int64 = 100_000_000

  /// What a device computes in that stands in for the one that this was asked for.
  func forStandIn(_ capabilities: [String]) -> Precision {
    self == .int8 || capabilities.contains(capability) ? self : .auto
  }

  /// - Parameters:
  ///   - capabilities: OpenVINO's `OPTIMIZATION_CAPABILITIES` of the device.
  ///   - prepared: The kinds of weights in which the model is there; `nil` if it can be prepared in any.
  func resolved(
    for device: String, capabilities: [String], model: ModelDirectory, prepared: [WeightFormat]?
  ) throws(ParakeetError) -> ResolvedPrecision {
    let isProcessor = device == Device.cpu.openVINOName
    let fastest: Precision =
      !isProcessor ? .f16 : capabilities.contains(Precision.bf16.capability) ? .bf16 : .f32
    let isLarge = prepared != nil || model.graphBytes > Self.bytesWorthCompressing
    // Processors read eight bits fastest; for the others a quantized graph is slower than a plain one.
    let preferred: [Precision] = isProcessor ? [.int8, fastest] : [fastest, .int8]
    func isThere(_ precision: Precision) -> Bool {
      prepared?.contains(precision == .int8 ? .int8 : .f16) ?? true
    }
    let wanted = self != .auto ? self : isLarge ? preferred.first(where: isThere) ?? fastest : fastest
    guard isThere(wanted) else {
      throw .preparedOtherwise(wanted, weights: prepared ?? [], model: model.path)
    }
    if wanted == .int8 { return ResolvedPrecision(name: .int8, arithmetic: fastest, weights: .int8) }
    guard wanted == .f32 || capabilities.contains(wanted.capability) else {
      let supported = Precision.allCases.filter { precision in
        switch precision {
        case .auto: false
        case .f32, .int8: true
        case .bf16, .f16: capabilities.contains(precision.capability)
        }
      }
      throw .precision(self, device: device, supported: supported.map(\.rawValue))
    }
    let isHalf = prepared != nil || wanted == .f16 && isLarge
    return ResolvedPrecision(name: wanted, arithmetic: wanted, weights: isHalf ? .f16 : nil)
  }

  /// The device's capability that it needs, as OpenVINO names it.
  private var capability: String {
    switch self {
    case .auto, .f32, .int8: "FP32"
    case .bf16: "BF16"
    case .f16: "FP16"
    }
  }
}
