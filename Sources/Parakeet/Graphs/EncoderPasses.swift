internal import Devices
internal import Inference

/// The changes to an encoder's graph that precede each compilation.
enum EncoderPasses {
  /// The version of the passes; increases by one whenever a compiled encoder would differ.
  static let version = 2

  /// Turns the graph into the one that a device compiles.
  ///
  /// - Parameters:
  ///   - encoder: The graph as it was read.
  ///   - shape: The shape of the audio; in a bucket, the frames after an utterance are meaningless.
  ///   - bandCount: The number of mel bands.
  ///   - isProcessor: True if the device is a processor.
  ///   - roundingActivations: True if layers with weights in eight bits multiply integers. Then f32 is best for the
  ///     rest of the arithmetic.
  static func apply(
    to encoder: inout Graph, shape: EncoderShape, bandCount: Int, isProcessor: Bool,
    roundingActivations: Bool, _ runtime: borrowing Runtime
  ) throws(InferenceError) {
    if isProcessor {
      if shape.bucket == nil { try encoder.removeMasks(length: "length") }
      try encoder.shortenTranspositions()
      if roundingActivations { try encoder.quantizeActivations() }
    }
    guard let bucket = shape.bucket else { return }
    try encoder.reshape(["audio_signal": [1, bandCount, bucket.frames], "length": [1]])
    try encoder.foldProducts(runtime)
  }
}
