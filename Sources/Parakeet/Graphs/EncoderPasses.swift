internal import Devices
internal import Inference

/// The changes to an encoder's graph that precede each compilation.
enum EncoderPasses {
  /// The version of the passes; increases by one whenever a compiled encoder would differ.
  static let version = 5

  /// The devices that a graph is made for.
  enum Target {
    /// A processor.
    ///
    /// - Parameter roundsActivations: True if layers with weights in eight bits multiply integers. Then f32 is best for
    ///   the rest of the arithmetic.
    case processor(roundsActivations: Bool)
    /// An NPU, whose units for matrices, for activations and for memory are to work at the same time.
    case npu
    /// Any other device.
    case other

    /// Returns the kind of a device.
    init(_ device: DeviceID, roundsActivations: Bool) {
      self =
        switch device.kind {
        case .cpu: .processor(roundsActivations: roundsActivations)
        case .npu: .npu
        case .gpu: .other
        }
    }
  }

  /// Returns the frames of the static shape for a bucket.
  ///
  /// An NPU computes in tiles of frames: a bucket of five seconds has 63 encoder frames, and runs longer than one of 64.
  static func width(of bucket: Bucket, on target: Target) -> Int {
    guard case .npu = target else { return bucket.frames }
    let tile = (bucket.frames <= 128 * framesPerEncoderFrame ? 4 : 16) * framesPerEncoderFrame
    return (bucket.frames + tile - 1) / tile * tile
  }

  /// The subsampling of the FastConformer.
  private static let framesPerEncoderFrame = 8

  /// Turns the graph into the one that a device compiles.
  ///
  /// - Parameters:
  ///   - encoder: The graph as it was read.
  ///   - shape: The shape of the audio; in a bucket, the frames after an utterance are zero, and the encoder's frames
  ///     after it are meaningless.
  ///   - bandCount: The number of mel bands.
  ///   - target: The device that will compile it.
  ///   - longest: The frames of the longest audio that a dynamic shape is for.
  static func apply(
    to encoder: inout Graph, shape: EncoderShape, bandCount: Int, target: Target, longest: Int,
    _ runtime: borrowing Runtime
  ) throws(InferenceError) {
    if case .processor(let roundsActivations) = target {
      if shape.bucket == nil { try encoder.removeMasks(length: "length") }
      try encoder.moveBiases()
      try encoder.shortenTranspositions()
      if roundsActivations {
        if shape.bucket == nil {
          try encoder.tabulatePositions(
            frames: (longest + framesPerEncoderFrame - 1) / framesPerEncoderFrame, runtime)
        }
        try encoder.quantizeActivations()
        try encoder.fuseFrames()
        try encoder.collectLayers()
      }
    }
    guard let bucket = shape.bucket else { return }
    let width = width(of: bucket, on: target)
    try encoder.reshape(["audio_signal": [1, bandCount, width], "length": [1]])
    try encoder.foldProducts(runtime)
    if case .npu = target { try prepareForNPU(&encoder, frames: width / Self.framesPerEncoderFrame) }
  }

  /// The figures that led to each step are in `docs/measurements.md`, "NPU graph".
  private static func prepareForNPU(
    _ encoder: inout Graph, frames: Int
  ) throws(InferenceError) {
    try encoder.maskSubsampling(length: "length")
    try encoder.addMasks()
    try encoder.shortenTranspositions()
    try encoder.foldScales()
    if frames <= 192 {
      try encoder.splitFeedForward(parts: 2, isWhole: true)
    } else {
      try encoder.splitFeedForward(parts: 4, isWhole: false)
    }
  }
}
