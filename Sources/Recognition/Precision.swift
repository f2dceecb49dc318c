internal import ModelStore

/// The arithmetic and the weights of the networks.
public enum Precision: String, Sendable, CaseIterable {
  /// `int8` for models of full size, else the fastest arithmetic that the device computes without emulation.
  case auto
  case f32
  case bf16
  case f16
  /// Large weights in eight bits; arithmetic in bf16 where the device computes it, else in f32.
  case int8
}

/// What a ``Precision`` comes to with a model on a device.
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

  /// - Parameter capabilities: OpenVINO's `OPTIMIZATION_CAPABILITIES` of the device.
  func resolved(
    for device: String, capabilities: [String], model: ModelDirectory
  ) throws(RecognitionError) -> ResolvedPrecision {
    let fastest: Precision = capabilities.contains(Precision.bf16.capability) ? .bf16 : .f32
    let wanted = self == .auto ? Self.automatic(for: model, fastest) : self
    if case .prepared(let prepared) = model.graphs, (prepared.manifest.weights == .int8) != (wanted == .int8)
    {
      throw .preparedOtherwise(wanted, weights: prepared.manifest.weights, model: model.path)
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
    return ResolvedPrecision(name: wanted, arithmetic: wanted, weights: nil)
  }

  private static func automatic(for model: ModelDirectory, _ fastest: Precision) -> Precision {
    switch model.graphs {
    case .prepared(let prepared): prepared.manifest.weights == .int8 ? .int8 : fastest
    case .exported: model.graphBytes > bytesWorthCompressing ? .int8 : fastest
    }
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
