public import Languages

/// A restriction of the tokens that can be emitted: a bias on their logits before the best one is chosen.
public struct TokenMask: Sendable, Equatable {
  /// The bias of each token: 0 or ``penalty``; [tokens].
  public let bias: [Float]

  /// The bias of a masked token, far below any logit, so that it never wins and its softmax is 0. It is finite and fits
  /// half precision: unlike an infinity it cannot turn into NaN.
  public static let penalty: Float = -30_000

  /// Masks the pieces with letters of other scripts. Blank, other special tokens, digits, punctuation and signs, which
  /// belong to no script, stay allowed.
  public init(_ vocabulary: Vocabulary, allowing scripts: Set<Script>) {
    var allowed: [Unicode.Scalar: Bool] = [:]
    func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
      if let known = allowed[scalar] { return known }
      let result = Script(of: scalar).map(scripts.contains) ?? true
      allowed[scalar] = result
      return result
    }
    bias = vocabulary.pieces.indices.map { id in
      vocabulary.isSpecial(Int32(id)) || vocabulary.pieces[id].unicodeScalars.allSatisfy(isAllowed)
        ? 0 : Self.penalty
    }
  }

  /// Returns true if a token cannot be emitted.
  public func isMasked(_ token: Int32) -> Bool { bias[Int(token)] != 0 }
}
