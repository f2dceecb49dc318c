/// The tokens that a decoder may emit, and those that it prefers.
public struct TokenPreferences: Sendable {
  /// The tokens that may be emitted; `nil` for all.
  public var mask: TokenMask?
  /// The preference for phrases; `nil` for none.
  public var booster: PhraseBooster?
  /// True if doubtful words are compared with the phrases once more.
  public var rescuesNames: Bool

  /// Creates preferences, by default none.
  public init(mask: TokenMask? = nil, booster: PhraseBooster? = nil, rescuesNames: Bool = false) {
    self.mask = mask
    self.booster = booster
    self.rescuesNames = rescuesNames
  }
}
