/// Greedy decoding of a token-and-duration transducer (Xu et al. 2023, arXiv:2304.06795; NeMo's
/// `GreedyTDTInfer`): at each step the joint network names a token and how many frames to skip.
public struct GreedyDecoder: Sendable {
  /// The token that emits nothing.
  public let blank: Int32
  /// The number of tokens that one frame can emit before decoding moves on regardless.
  public let maximumTokensPerFrame: Int

  /// Creates a decoder.
  ///
  /// - Parameters:
  ///   - blank: The token that emits nothing.
  ///   - maximumTokensPerFrame: The number of tokens that one frame can emit, at least one.
  public init(blank: Int32, maximumTokensPerFrame: Int = 10) {
    precondition(maximumTokensPerFrame > 0)
    self.blank = blank
    self.maximumTokensPerFrame = maximumTokensPerFrame
  }

  /// Decodes the first `frameCount` encoder frames.
  ///
  /// The prediction network runs only after an emission: a blank does not change its output (label looping; Bataev
  /// et al. 2024, arXiv:2406.06220). A step allocates nothing.
  ///
  /// - Throws: The first error of the networks, unchanged.
  public func decode<Networks: TransducerNetworks & ~Copyable>(
    frameCount: Int, with networks: inout Networks
  ) throws(Networks.Failure) -> Decoding {
    var decoding = Decoding()
    decoding.emissions.reserveCapacity(2 * frameCount)
    guard frameCount > 0 else { return decoding }
    try networks.begin()
    try networks.predict(after: blank)
    var frame = 0
    var emittedHere = 0
    while frame < frameCount {
      let output = try networks.join(frame: frame)
      decoding.steps += 1
      if output.token != blank {
        decoding.emissions.append(
          Emission(
            token: output.token, frame: frame, duration: Int(output.duration), confidence: output.confidence))
        emittedHere += 1
        try networks.predict(after: output.token)
      }
      if output.duration > 0 {
        frame += Int(output.duration)
        emittedHere = 0
      } else if output.token == blank || emittedHere == maximumTokensPerFrame {
        frame += 1
        emittedHere = 0
      }
    }
    return decoding
  }
}

/// A token and the encoder frame that emitted it.
public struct Emission: Sendable, Equatable {
  /// The token's id in the vocabulary.
  public var token: Int32
  /// The index of the encoder frame.
  public var frame: Int
  /// The token's duration according to the model, in encoder frames.
  public var duration: Int
  /// The token's softmax, 0 to 1.
  public var confidence: Float

  /// Creates an emission.
  public init(token: Int32, frame: Int, duration: Int, confidence: Float) {
    self.token = token
    self.frame = frame
    self.duration = duration
    self.confidence = confidence
  }
}

/// The result of decoding an utterance.
public struct Decoding: Sendable, Equatable {
  /// The emitted tokens, in spoken order.
  public var emissions: [Emission] = []
  /// The number of runs of the joint network.
  public var steps = 0

  /// Creates an empty result.
  public init() {}
}
