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
