internal import Inference

/// The encoder as processors run it fastest. It is made of what was read, each time that it is compiled.
enum ProcessorEncoder {
  /// Counts the ways in which encoders have been adapted: one more whenever they would come out differently.
  static let version = 1

  /// - Parameters:
  ///   - isPadded: Whether frames without meaning may lie behind an utterance, as in a bucket.
  ///   - roundingActivations: Whether layers with weights in eight bits multiply integers. The rest of the arithmetic
  ///     then is best in f32.
  static func adapt(
    _ encoder: inout Graph, isPadded: Bool, roundingActivations: Bool
  ) throws(InferenceError) {
    if !isPadded { try encoder.removeMasks(length: "length") }
    try encoder.shortenTranspositions()
    if roundingActivations { try encoder.quantizeActivations() }
  }
}
