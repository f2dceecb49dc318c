/// The two networks that greedy decoding runs over one utterance's encoder output.
///
/// An implementation holds the prediction network's state and its last output.
public protocol TransducerNetworks: ~Copyable {
  /// The error that the networks throw.
  associatedtype Failure: Error

  /// Begins an utterance: sets the prediction network's state to zero.
  mutating func begin() throws(Failure)

  /// Runs the prediction network on the last emitted token (blank at the beginning) and updates its state.
  mutating func predict(after token: Int32) throws(Failure)

  /// Runs the joint network on encoder frame `frame` and the last prediction.
  mutating func join(frame: Int) throws(Failure) -> JointOutput

  /// Calls `body` with the logits of all tokens, without the durations, of the last run of the joint network.
  mutating func withLogits<Result>(_ body: (borrowing Span<Float>) -> Result) throws(Failure) -> Result
}

/// Networks that can also score tokens that they would not choose.
public protocol ScoringNetworks: TransducerNetworks, ~Copyable {
  /// The prediction network's state before its last token, and that token.
  associatedtype PredictionState

  /// Returns the state of the prediction network, for ``restore(_:)``.
  func predictionState() throws(Failure) -> PredictionState

  /// Brings the prediction network back to a state, and its output with it.
  mutating func restore(_ state: PredictionState) throws(Failure)

  /// Returns the joint network's scores of a token, with the last prediction, at each frame of a range.
  mutating func scores(of token: Int32, at frames: Range<Int>) throws(Failure) -> [FrameScores]
}

/// The joint network's scores at a frame, each a natural logarithm of a probability.
public struct FrameScores: Sendable, Equatable {
  /// The score of the token.
  public var token: Float
  /// The score of blank.
  public var blank: Float
  /// The score of each duration of the token, from 0 encoder frames.
  public var durations: [Float]
  /// The score of each duration of blank, from 0 encoder frames.
  public var blankDurations: [Float]

  /// Creates scores of a TDT, whose durations do not depend on the token.
  public init(token: Float, blank: Float, durations: [Float]) {
    self.token = token
    self.blank = blank
    self.durations = durations
    blankDurations = durations
  }

  /// Creates scores of an RNN-T: a token takes no frame, and blank takes one.
  public init(token: Float, blank: Float) {
    self.init(token: token, blank: blank, durations: [0])
    blankDurations = [-.infinity, 0]
  }
}

/// The joint network's output for one frame.
public struct JointOutput: Sendable, Equatable {
  /// The token with the largest logit.
  public var token: Int32
  /// The duration with the largest logit, in encoder frames.
  public var duration: Int32
  /// The token's softmax among all tokens.
  public var confidence: Float

  /// Creates an output; the duration is in encoder frames.
  public init(token: Int32, duration: Int32, confidence: Float) {
    self.token = token
    self.duration = duration
    self.confidence = confidence
  }
}
