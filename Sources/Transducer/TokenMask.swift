public import Languages

/// Which tokens may be emitted: what is added to their logits before the best one is chosen.
public struct TokenMask: Sendable, Equatable {
  /// A number for each token: 0, or ``penalty``.
  public let bias: [Float]

  /// Far below any logit, so that a masked token never is the best one and its softmax is 0. It is finite, and half
  /// precision holds it: no arithmetic makes NaN of it, as of an infinity.
  public static let penalty: Float = -30_000

  /// Masks the pieces with letters of other scripts. Blank and other special tokens stay, and so do digits, punctuation
  /// and signs, which belong to no script.
  public init(_ vocabulary: Vocabulary, allowing scripts: Set<Script>) {
    var allowed: [Unicode.Scalar: Bool] = [:]
    func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
      if let known = allowed[scalar] { return known }
      let answer = Script(of: scalar).map(scripts.contains) ?? true
      allowed[scalar] = answer
      return answer
    }
    bias = vocabulary.pieces.indices.map { id in
      vocabulary.isSpecial(Int32(id)) || vocabulary.pieces[id].unicodeScalars.allSatisfy(isAllowed)
        ? 0 : Self.penalty
    }
  }

  /// Whether a token cannot be emitted.
  public func isMasked(_ token: Int32) -> Bool { bias[Int(token)] != 0 }
}
