public import Devices
internal import Inference
public import ModelStore

extension PreparedModels {
  /// Of a model's prepared forms, the one that is used instead of its originals with a precision: made by this build of
  /// OpenVINO, and with weights of that kind.
  public static func choice(of found: [PreparedModel], for precision: Precision) -> PreparedModel? {
    let usable = found.filter { $0.manifest.openVINO == Runtime.version }
    return kinds(for: precision).lazy.compactMap { kind in usable.first { $0.manifest.weights == kind } }
      .first
  }

  /// The same for a model whose originals are there, if it is the prepared form that is used then, and not they.
  public static func replacement(
    of model: ModelDirectory, among found: [PreparedModel], for precision: Precision
  ) -> PreparedModel? {
    guard case .exported = model.graphs,
      precision != .auto || model.graphBytes > Precision.bytesWorthCompressing
    else { return nil }
    return choice(of: found, for: precision)
  }

  /// Weights that will do, the best first.
  private static func kinds(for precision: Precision) -> [WeightFormat] {
    switch precision {
    case .auto: [.int8, .f16]
    case .int8: [.int8]
    case .bf16, .f16: [.f16]
    case .f32: []
    }
  }
}
