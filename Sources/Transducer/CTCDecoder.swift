internal import Glibc

/// Greedy decoding of connectionist temporal classification (Graves et al. 2006; NeMo's `GreedyCTCInfer`): the best token
/// of each frame, where a token that several frames in a row repeat counts once, and blank parts two equal ones.
public struct CTCDecoder: Sendable {
  /// The token that emits nothing.
  public let blank: Int32

  /// Creates a decoder.
  ///
  /// - Parameter blank: The token that emits nothing.
  public init(blank: Int32) {
    self.blank = blank
  }

  /// Decodes the frames of an utterance.
  ///
  /// A booster chooses among the tokens at the first frame of each; that a token is emitted is the model's decision.
  ///
  /// - Parameters:
  ///   - logarithms: The natural logarithms of the tokens' probabilities: [tokens, frames], row-major.
  ///   - frameCount: The number of frames.
  public func decode(
    _ logarithms: [Float], frameCount: Int, preferring preferences: TokenPreferences = TokenPreferences()
  ) -> Decoding {
    var decoding = Decoding()
    guard frameCount > 0 else { return decoding }
    var frame = CTCFrame(tokenCount: logarithms.count / frameCount)
    var state = preferences.booster?.start
    // The token of the frames before, and the one that was emitted for it; `nil` after blank.
    var run: (best: Int32, emitted: Int32)?
    for index in 0..<frameCount {
      frame.load(index, of: logarithms, frameCount: frameCount, bias: preferences.mask?.bias)
      decoding.steps += 1
      guard frame.best != blank else {
        run = nil
        continue
      }
      if let run, frame.best == run.best || frame.best == run.emitted {
        decoding.emissions[decoding.emissions.count - 1].duration += 1
        continue
      }
      var token = frame.best
      if let booster = preferences.booster, let place = state {
        if let favourite = booster.favourite(among: frame.scores.span, insteadOf: token, at: place) {
          token = favourite
          decoding.boosted += 1
        }
        state = booster.state(after: token, from: place)
      }
      run = (frame.best, token)
      decoding.emissions.append(
        Emission(token: token, frame: index, duration: 1, confidence: frame.probability(of: token)))
    }
    return decoding
  }
}

/// The scores of all tokens at a frame.
private struct CTCFrame {
  private(set) var scores: [Float]
  /// The token with the largest score.
  private(set) var best: Int32 = 0
  /// The logarithm of the sum of the scores' exponentials; 0 unless tokens are masked.
  private var total: Float = 0

  init(tokenCount: Int) {
    scores = [Float](repeating: 0, count: tokenCount)
  }

  mutating func load(_ frame: Int, of logarithms: [Float], frameCount: Int, bias: [Float]?) {
    for token in scores.indices {
      scores[token] = logarithms[token * frameCount + frame] + (bias?[token] ?? 0)
    }
    var place = 0
    for token in scores.indices where scores[token] > scores[place] { place = token }
    best = Int32(place)
    guard bias != nil else { return }
    let most = scores[place]
    total = most + log(scores.reduce(0) { $0 + exp($1 - most) })
  }

  func probability(of token: Int32) -> Float { exp(scores[Int(token)] - total) }
}
