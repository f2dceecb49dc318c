/// The two networks that greedy decoding runs, over one utterance's encoder output.
///
/// Whoever implements it keeps the prediction network's state and its last answer.
public protocol TransducerNetworks: ~Copyable {
  associatedtype Failure: Error

  /// Forgets everything said before: the prediction network's state becomes zero.
  mutating func begin() throws(Failure)

  /// Runs the prediction network on the token emitted last (blank at the beginning) and moves its state on.
  mutating func predict(after token: Int32) throws(Failure)

  /// Runs the joint network on an encoder frame and the last prediction.
  mutating func join(frame: Int) throws(Failure) -> JointOutput
}

/// What the joint network says about one frame.
public struct JointOutput: Sendable, Equatable {
  /// The token with the largest logit.
  public var token: Int32
  /// The duration with the largest logit, in encoder frames.
  public var duration: Int32
  /// The token's softmax among all tokens.
  public var confidence: Float

  public init(token: Int32, duration: Int32, confidence: Float) {
    self.token = token
    self.duration = duration
    self.confidence = confidence
  }
}
