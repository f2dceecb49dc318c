internal import Glibc
internal import Inference
internal import Transducer

/// The joint network over many encoder frames at once, which scores a given token.
struct JointScorer: ~Copyable {
  private var joint: InferenceRequest
  private let ports: Ports

  private struct Ports {
    let frame, bias: InputPort
    let token, confidence, logits: OutputPort
    /// `nil` for an RNN-T.
    let durations: OutputPort?

    init(_ joint: borrowing InferenceRequest, withDurations: Bool) throws(InferenceError) {
      frame = try joint.input(named: "frame")
      bias = try joint.input(named: "bias")
      token = try joint.output(named: "token")
      confidence = try joint.output(named: "confidence")
      logits = try joint.output(named: "logits")
      durations = withDurations ? try joint.output(named: "durations") : nil
    }
  }

  /// Creates a scorer that reads the prediction where the prediction network writes it.
  ///
  /// - Parameter withDurations: True for a TDT, false for an RNN-T.
  init(
    _ compiled: borrowing CompiledGraph, withDurations: Bool, prediction: borrowing InferenceRequest,
    _ output: OutputPort
  ) throws(InferenceError) {
    var joint = try compiled.makeRequest()
    let condition = try joint.input(named: "prediction")
    try prediction.connect(output, to: &joint, condition)
    let ports = try Ports(joint, withDurations: withDurations)
    self.joint = joint
    self.ports = ports
  }

  /// The frames that are loaded; `nil` if there are none, or not those of the present utterance.
  private var loaded: Range<Int>?

  /// Forgets the loaded frames: they or the bias have changed.
  mutating func forget() { loaded = nil }

  /// Loads frames to score, unless they are loaded.
  ///
  /// - Parameters:
  ///   - projected: The projected frames of the utterance, [T', width].
  ///   - bias: The bias of each token's logit; `nil` for none.
  mutating func load(
    _ frames: Range<Int>, of projected: [Float], width: Int, bias: [Float]?
  ) throws(InferenceError) {
    guard frames != loaded else { return }
    try joint.resize(ports.frame, to: [1, frames.count, 1, width])
    try joint.fill(ports.frame, as: Float.self) { input in
      let values = projected[frames.lowerBound * width..<frames.upperBound * width]
      input.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: values) }
    }
    try joint.fill(ports.bias, with: bias)
    loaded = frames
  }

  /// Returns the scores of a token at each loaded frame, with the last prediction.
  mutating func scores(of token: Int32, blank: Int32) throws(InferenceError) -> [FrameScores] {
    guard let count = loaded?.count else { return [] }
    try joint.infer()
    let best = try joint.read(ports.token, as: Int32.self) { $0.withUnsafeBufferPointer { Array($0) } }
    let confidences = try joint.read(ports.confidence, as: Float.self) {
      $0.withUnsafeBufferPointer { Array($0) }
    }
    let durations = try ports.durations.map { port throws(InferenceError) in
      try joint.read(port, as: Float.self) { $0.withUnsafeBufferPointer { Array($0) } }
    }
    return try joint.read(ports.logits, as: Float.self) { logits in
      let width = logits.count / count
      return (0..<count).map { row in
        // The confidence is the softmax of the largest logit, and contains the sum over all tokens.
        let total = logits[row * width + Int(best[row])] - log(confidences[row])
        let (token, blank) = (
          logits[row * width + Int(token)] - total, logits[row * width + Int(blank)] - total
        )
        guard let durations else { return FrameScores(token: token, blank: blank) }
        let steps = durations.count / count
        return FrameScores(
          token: token, blank: blank, durations: logarithms(durations[row * steps..<(row + 1) * steps]))
      }
    }
  }

  /// Returns the logarithms of the softmax.
  private func logarithms(_ logits: ArraySlice<Float>) -> [Float] {
    let largest = logits.max() ?? 0
    let total = largest + log(logits.reduce(0) { $0 + exp($1 - largest) })
    return logits.map { $0 - total }
  }
}
