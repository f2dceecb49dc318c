internal import Glibc

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
  /// A booster chooses among the tokens, once for a frame; that a token is emitted, and its duration, are the model's
  /// decisions. So it can neither insert words into silence nor repeat them without end.
  ///
  /// The prediction network runs only after an emission: a blank does not change its output (label looping; Bataev
  /// et al. 2024, arXiv:2406.06220). A step allocates nothing.
  ///
  /// - Parameter booster: The preference for phrases; `nil` for none.
  /// - Throws: The first error of the networks, unchanged.
  public func decode<Networks: TransducerNetworks & ~Copyable>(
    frameCount: Int, with networks: inout Networks, boosting booster: PhraseBooster? = nil
  ) throws(Networks.Failure) -> Decoding {
    var decoding = Decoding()
    decoding.emissions.reserveCapacity(2 * frameCount)
    guard frameCount > 0 else { return decoding }
    try networks.begin()
    try networks.predict(after: blank)
    var frame = 0
    var emittedHere = 0
    var state = booster?.start
    var isBoostedHere = false
    while frame < frameCount {
      var output = try networks.join(frame: frame)
      decoding.steps += 1
      if let booster, let place = state, output.token != blank {
        if !isBoostedHere, let boosted = try boosted(output, by: booster, at: place, networks: &networks) {
          output = boosted
          isBoostedHere = true
          decoding.boosted += 1
        }
        state = booster.state(after: output.token, from: place)
      }
      if output.token != blank {
        decoding.emissions.append(
          Emission(
            token: output.token, frame: frame, duration: Int(output.duration), confidence: output.confidence))
        emittedHere += 1
        try networks.predict(after: output.token)
      }
      if output.duration > 0 {
        frame += Int(output.duration)
        (emittedHere, isBoostedHere) = (0, false)
      } else if output.token == blank || emittedHere == maximumTokensPerFrame {
        frame += 1
        (emittedHere, isBoostedHere) = (0, false)
      }
    }
    return decoding
  }

  /// Decodes, and replaces words of which the model is not sure by phrases of the booster; see ``NameRescue``.
  ///
  /// - Throws: The first error of the networks, unchanged.
  public func decodeRescuingNames<Networks: ScoringNetworks & ~Copyable>(
    frameCount: Int, with networks: inout Networks, boosting booster: PhraseBooster
  ) throws(Networks.Failure) -> Decoding {
    let decoding = try decode(frameCount: frameCount, with: &networks, boosting: booster)
    return try booster.rescue.rescued(decoding, frameCount: frameCount, blank: blank, with: &networks)
  }

  /// Returns the output with the token that a booster prefers, and that token's own confidence; `nil` if it prefers no
  /// other.
  private func boosted<Networks: TransducerNetworks & ~Copyable>(
    _ output: JointOutput, by booster: PhraseBooster, at state: PhraseBooster.State,
    networks: inout Networks
  ) throws(Networks.Failure) -> JointOutput? {
    try networks.withLogits { logits in
      guard let token = booster.favourite(among: logits, insteadOf: output.token, at: state) else {
        return nil
      }
      let margin = logits[Int(output.token)] - logits[Int(token)]
      return JointOutput(
        token: token, duration: output.duration, confidence: output.confidence * exp(-margin))
    }
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
  /// The number of tokens that a booster has chosen in place of the model's.
  public var boosted = 0

  /// Creates an empty result.
  public init() {}
}
