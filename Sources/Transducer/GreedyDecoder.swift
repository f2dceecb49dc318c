/// Greedy decoding of a token-and-duration transducer (Xu et al. 2023, arXiv:2304.06795; NeMo's
/// `GreedyTDTInfer`): at each step the joint network names a token and how many frames to skip.
public struct GreedyDecoder: Sendable {
  /// The token that emits nothing.
  public let blank: Int32
  /// Tokens that one frame may emit before decoding moves on all the same.
  public let maximumTokensPerFrame: Int

  public init(blank: Int32, maximumTokensPerFrame: Int = 10) {
    precondition(maximumTokensPerFrame > 0)
    self.blank = blank
    self.maximumTokensPerFrame = maximumTokensPerFrame
  }

  /// Decodes the first `frameCount` encoder frames.
  ///
  /// The prediction network runs only after an emission: its answer to a blank would be the one it gave before
  /// (label looping; Bataev et al. 2024, arXiv:2406.06220). A step allocates nothing.
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
      let answer = try networks.join(frame: frame)
      decoding.steps += 1
      if answer.token != blank {
        decoding.emissions.append(
          Emission(
            token: answer.token, frame: frame, duration: Int(answer.duration), confidence: answer.confidence))
        emittedHere += 1
        try networks.predict(after: answer.token)
      }
      if answer.duration > 0 {
        frame += Int(answer.duration)
        emittedHere = 0
      } else if answer.token == blank || emittedHere == maximumTokensPerFrame {
        frame += 1
        emittedHere = 0
      }
    }
    return decoding
  }
}

/// A token, and where it was said.
public struct Emission: Sendable, Equatable {
  public var token: Int32
  /// The encoder frame that emitted it.
  public var frame: Int
  /// Encoder frames that the token lasts, as the model says.
  public var duration: Int
  /// The token's softmax, 0 to 1.
  public var confidence: Float

  public init(token: Int32, frame: Int, duration: Int, confidence: Float) {
    self.token = token
    self.frame = frame
    self.duration = duration
    self.confidence = confidence
  }
}

/// The tokens of an utterance in the order they were said.
public struct Decoding: Sendable, Equatable {
  public var emissions: [Emission] = []
  /// Runs of the joint network.
  public var steps = 0

  public init() {}
}
