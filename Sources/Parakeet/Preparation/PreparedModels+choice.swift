public import Devices
internal import Inference
public import ModelStore

extension PreparedModels {
  /// Returns the prepared form that replaces a model's original files with a precision: made by this build of OpenVINO,
  /// and with weights of that kind.
  public static func choice(of found: [PreparedModel], for precision: Precision) -> PreparedModel? {
    let usable = found.filter { $0.manifest.openVINO == Runtime.version }
    return kinds(for: precision).lazy.compactMap { kind in usable.first { $0.manifest.weights == kind } }
      .first
  }

  /// Returns the prepared form that is used although the model's original files are available; `nil` if they are used.
  public static func replacement(
    of model: ModelDirectory, among found: [PreparedModel], for precision: Precision
  ) -> PreparedModel? {
    guard case .exported = model.graphs,
      precision != .auto || model.graphBytes > Precision.bytesWorthCompressing
    else { return nil }
    return choice(of: found, for: precision)
  }

  /// Returns the weight formats that suit a precision, the best first.
  private static func kinds(for precision: Precision) -> [WeightFormat] {
    switch precision {
    case .auto: [.int8, .f16]
    case .int8: [.int8]
    case .bf16, .f16: [.f16]
    case .f32: []
    }
  }
}
