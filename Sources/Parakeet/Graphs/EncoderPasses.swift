internal import Devices
internal import Inference

/// The changes that are made to an encoder's graph each time that it is compiled.
enum EncoderPasses {
  /// Goes up by one whenever a compiled encoder would come out differently.
  static let version = 2

  /// Makes the graph that a device compiles.
  ///
  /// - Parameters:
  ///   - encoder: The graph as it was read.
  ///   - shape: The shape of the audio; behind an utterance in a bucket lie frames without meaning.
  ///   - bandCount: Mel bands of a frame.
  ///   - isProcessor: Whether the device is a processor.
  ///   - roundingActivations: Whether layers with weights in eight bits multiply integers. The rest of the arithmetic
  ///     then is best in f32.
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
