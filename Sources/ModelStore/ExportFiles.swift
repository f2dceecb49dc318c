/// The two kinds of exports that can be pulled, with the names of their files if all lie at the top of a repository.
///
/// A repository can hold them in folders, or hold others instead (``ExportLayout``).
public enum ExportFiles: String, Sendable, CaseIterable {
  /// Full precision, 2.5 GB for Parakeet TDT 0.6B; where there is none, the next best.
  case fp32
  /// Dynamically quantized: 0.7 GB, less accurate.
  case int8

  /// The files in the order in which they are downloaded. The encoder's graph comes last, so that a model whose weights
  /// are still being downloaded is not taken for complete.
  public var names: [String] {
    switch self {
    case .fp32:
      ["config.json", "vocab.txt", "decoder_joint-model.onnx", Self.encoderWeights, "encoder-model.onnx"]
    case .int8:
      ["config.json", "vocab.txt", "decoder_joint-model.int8.onnx", "encoder-model.int8.onnx"]
    }
  }

  /// The file of the encoder's weights. Small models keep their weights inside the graph and do not have it.
  public static let encoderWeights = "encoder-model.onnx.data"
}
