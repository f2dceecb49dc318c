internal import Inference
internal import Transducer

/// The joint network for one encoder frame at a time.
struct JointNetwork: ~Copyable {
  private var request: InferenceRequest
  private let ports: Ports
  /// The number of values in a projected frame.
  let width: Int

  private struct Ports {
    let frame, bias: InputPort
    let token, duration, confidence: OutputPort
    /// `nil` if the network does not return logits.
    let logits: OutputPort?

    init(_ request: borrowing InferenceRequest, withLogits: Bool) throws(InferenceError) {
      frame = try request.input(named: "frame")
      bias = try request.input(named: "bias")
      token = try request.output(named: "token")
      duration = try request.output(named: "duration")
      confidence = try request.output(named: "confidence")
      logits = withLogits ? try request.output(named: "logits") : nil
    }
  }

  /// Creates a network that reads the prediction where the prediction network writes it.
  init(
    _ compiled: borrowing CompiledGraph, withLogits: Bool, prediction: borrowing InferenceRequest,
    _ output: OutputPort
  ) throws(InferenceError) {
    var request = try compiled.makeRequest()
    let ports = try Ports(request, withLogits: withLogits)
    let width = try request.shape(of: ports.frame).reduce(1, *)
    let condition = try request.input(named: "prediction")
    try prediction.connect(output, to: &request, condition)
    try request.fill(ports.bias, with: nil)
    self.request = request
    self.ports = ports
    self.width = width
  }

  /// Sets the bias of each token's logit; `nil` for none.
  mutating func set(bias: [Float]?) throws(InferenceError) {
    try request.fill(ports.bias, with: bias)
  }

  /// Runs the network on a projected frame, which begins at an index.
  mutating func run(_ projected: [Float], at start: Int) throws(InferenceError) -> JointOutput {
    try request.fill(ports.frame, as: Float.self) { input in
      for index in 0..<input.count { input[index] = projected[start + index] }
    }
    try request.infer()
    return JointOutput(
      token: try request.read(ports.token, as: Int32.self) { $0[0] },
      duration: try request.read(ports.duration, as: Int32.self) { $0[0] },
      confidence: try request.read(ports.confidence, as: Float.self) { $0[0] })
  }

  /// Calls `body` with the logits of all tokens of the last run.
  func withLogits<Result>(_ body: (borrowing Span<Float>) -> Result) throws(InferenceError) -> Result {
    guard let logits = ports.logits else {
      throw InferenceError(
        operation: "read the logits", message: "the joint network was compiled without them")
    }
    return try request.read(logits, as: Float.self, body)
  }
}

extension InferenceRequest {
  /// Fills the input with a bias for each token; `nil` for zeros.
  mutating func fill(_ port: InputPort, with bias: [Float]?) throws(InferenceError) {
    try fill(port, as: Float.self) { input in
      input.withUnsafeMutableBufferPointer { input in
        input.update(repeating: 0)
        if let bias { _ = input.update(fromContentsOf: bias) }
      }
    }
  }
}

/// Compiles further forms of the joint network, each when it is needed for the first time.
struct JointForms: Sendable {
  /// For one frame, with the logits of all tokens.
  let withLogits: @Sendable () throws(InferenceError) -> CompiledGraph
  /// For any number of frames, with all logits.
  let overFrames: @Sendable () throws(InferenceError) -> CompiledGraph
}
