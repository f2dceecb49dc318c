package import Devices
package import Inference
internal import ModelStore
package import Transducer

/// The decoder's three networks over one utterance: encoder projection, prediction network, joint network.
package struct DecoderNetworks: ~Copyable, ScoringNetworks {
  private var projection, prediction: InferenceRequest
  private var joint: JointNetwork
  /// The joint network that returns logits, which take a twentieth of a step's time; made for the first booster.
  private var openJoint: JointNetwork?
  /// True while tokens can be boosted.
  private var isOpen = false
  private let ports: Ports
  private let blank: Int32
  private let forms: JointForms
  /// True for a TDT, false for an RNN-T.
  private let hasDurations: Bool
  /// Made when tokens are scored for the first time.
  private var scorer: JointScorer?
  /// The bias of each token's logit; `nil` for none.
  private var bias: [Float]?
  /// The token that the prediction network ran on last.
  private var lastToken: Int32
  /// The projected encoder frames of the utterance, [T', width].
  private var projected: [Float] = []
  /// The number of values in a projected frame.
  private let width: Int
  /// True if the prediction network's output holds the state to continue from.
  private var hasPredicted = false

  init(
    projection: borrowing CompiledGraph, prediction: borrowing CompiledGraph, joint: borrowing CompiledGraph,
    forms: JointForms, hasDurations: Bool, blank: Int32
  ) throws(InferenceError) {
    let projection = try projection.makeRequest()
    let prediction = try prediction.makeRequest()
    let ports = try Ports(projection, prediction)
    let joint = try JointNetwork(joint, withLogits: false, prediction: prediction, ports.prediction)
    let width = joint.width
    self.projection = projection
    self.prediction = prediction
    self.joint = joint
    self.ports = ports
    self.width = width
    self.blank = blank
    self.forms = forms
    self.hasDurations = hasDurations
    lastToken = blank
  }

  /// The inputs and outputs of the three networks.
  private struct Ports {
    let encoderOutputs: InputPort
    let projected: OutputPort
    let targets: InputPort
    let states: [(from: OutputPort, to: InputPort)]
    let prediction: OutputPort

    init(
      _ projection: borrowing InferenceRequest, _ prediction: borrowing InferenceRequest
    ) throws(InferenceError) {
      encoderOutputs = try projection.input(named: "encoder_outputs")
      projected = try projection.output(named: "projected")
      targets = try prediction.input(named: "targets")
      states = [
        (try prediction.output(named: "output_states_1"), try prediction.input(named: "input_states_1")),
        (try prediction.output(named: "output_states_2"), try prediction.input(named: "input_states_2")),
      ]
      self.prediction = try prediction.output(named: "prediction")
    }
  }

  /// Restricts the tokens that can be emitted from now on, and makes them ready to be boosted if they are to be.
  package mutating func prepare(for preferences: TokenPreferences) throws(InferenceError) {
    bias = preferences.mask?.bias
    scorer?.forget()
    isOpen = preferences.booster != nil
    if isOpen, openJoint == nil {
      openJoint = try JointNetwork(
        forms.withLogits(), withLogits: true, prediction: prediction, ports.prediction)
    }
    if isOpen { try openJoint?.set(bias: bias) } else { try joint.set(bias: bias) }
  }

  /// Projects the encoder's output, all frames at once.
  package mutating func project(_ encoding: Encoding) throws(InferenceError) {
    scorer?.forget()
    guard encoding.count > 0 else { return projected = [] }
    try projection.resize(ports.encoderOutputs, to: [1, encoding.width, encoding.count])
    try projection.fill(ports.encoderOutputs, as: Float.self) { input in
      input.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: encoding.values) }
    }
    try projection.infer()
    projected = try projection.read(ports.projected, as: Float.self) { rows in
      rows.withUnsafeBufferPointer { Array($0) }
    }
  }

  /// Resets the state of the prediction network for a new utterance.
  package mutating func begin() throws(InferenceError) {
    for (_, state) in ports.states {
      try prediction.fill(state, as: Float.self) { state in
        for index in 0..<state.count { state[index] = 0 }
      }
    }
    hasPredicted = false
  }

  /// Runs the prediction network after a token.
  package mutating func predict(after token: Int32) throws(InferenceError) {
    if hasPredicted {
      for (output, state) in ports.states { try prediction.copy(output, to: state, as: Float.self) }
    }
    try prediction.fill(ports.targets, as: Int32.self) { $0[0] = token }
    try prediction.infer()
    hasPredicted = true
    lastToken = token
  }

  /// The state before a token, and the token.
  package struct PredictionState: Sendable {
    fileprivate var states: [[Float]]
    fileprivate var token: Int32
  }

  /// Returns the state of the prediction network before its last token, and that token.
  package func predictionState() throws(InferenceError) -> PredictionState {
    var states: [[Float]] = []
    for (_, state) in ports.states {
      states.append(try prediction.read(state, as: Float.self) { $0.withUnsafeBufferPointer { Array($0) } })
    }
    return PredictionState(states: states, token: lastToken)
  }

  /// Runs the prediction network once more from a state.
  package mutating func restore(_ state: PredictionState) throws(InferenceError) {
    for (values, port) in zip(state.states, ports.states) {
      try prediction.fill(port.to, as: Float.self) { input in
        input.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: values) }
      }
    }
    hasPredicted = false
    try predict(after: state.token)
  }

  /// Returns the scores of a token at a range of encoder frames, with the last prediction.
  package mutating func scores(of token: Int32, at frames: Range<Int>) throws(InferenceError) -> [FrameScores]
  {
    if scorer == nil {
      scorer = try JointScorer(
        forms.overFrames(), withDurations: hasDurations, prediction: prediction, ports.prediction)
    }
    try scorer?.load(frames, of: projected, width: width, bias: bias)
    return try scorer?.scores(of: token, blank: blank) ?? []
  }

  /// Runs the joint network for an encoder frame and the last prediction.
  package mutating func join(frame: Int) throws(InferenceError) -> JointOutput {
    if isOpen, let output = try openJoint?.run(projected, at: frame * width) { return output }
    return try joint.run(projected, at: frame * width)
  }

  /// Calls `body` with the logits of all tokens of the last run of the joint network, if they can be boosted.
  package mutating func withLogits<Result>(
    _ body: (borrowing Span<Float>) -> Result
  ) throws(InferenceError) -> Result {
    if isOpen, let result = try openJoint?.withLogits(body) { return result }
    return try joint.withLogits(body)
  }

  /// Checks that a fused graph is the decoder of a model, for encoder frames of a width.
  static func check(
    _ graph: borrowing Graph, encoderWidth: Int?, of model: ModelDirectory
  ) throws(ModelError) {
    let (vocabulary, head) = (model.vocabulary, model.configuration.head)
    let ports = GraphPorts(graph, part: "decoder", model: model.path)
    let encoderOutputs = try ports.input("encoder_outputs", .float32, rank: 3)
    _ = try ports.input("targets", .int32, rank: 2)
    _ = try ports.input("target_length", .int32, rank: 1)
    for name in ["input_states_1", "input_states_2"] {
      let state = try ports.input(name, .float32, rank: 3)
      guard state[0] != nil, state[2] != nil else {
        throw ports.failure("has an input \(name) of unknown size")
      }
    }
    let outputs = try ports.output("outputs", .float32, rank: 4)
    for name in ["output_states_1", "output_states_2"] { _ = try ports.output(name, .float32, rank: 3) }
    if let encoderWidth, let width = encoderOutputs[1], width != encoderWidth {
      throw ports.failure("takes encoder frames of \(width) values, the encoder outputs \(encoderWidth)")
    }
    guard let tokens = try? graph.transducerTokenCount() else {
      throw ports.failure("has no embedding: not a transducer's prediction network")
    }
    guard tokens == vocabulary.count else {
      throw ports.failure("knows \(tokens) tokens, vocab.txt has \(vocabulary.count)")
    }
    guard let logits = outputs[3], logits >= tokens else {
      throw ports.failure(
        "has \(outputs[3].map { "\($0)" } ?? "an unknown number of") outputs for \(tokens) tokens")
    }
    switch head {
    case .tdt where logits == tokens:
      throw ports.failure("has no outputs for durations: an RNN-T, and config.json says \(head.modelType)")
    case .rnnt where logits > tokens:
      throw ports.failure("has outputs for durations: a TDT, and config.json says \(head.modelType)")
    default: break
    }
  }
}
