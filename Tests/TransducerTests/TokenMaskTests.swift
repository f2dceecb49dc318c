import Languages
import Testing
import Transducer

@Suite struct `Token masks` {
  private let pieces = [
    "<unk>", "\u{2581}hola", "\u{2581}при", "вет", "\u{2581}γεια", "ñ", "\u{2581}USB", "7", ".", "%", "µ",
    "μ", "\u{301}",
    "\u{483}", "a\u{430}", "\u{2581}", "漢", "<blk>",
  ]

  private func vocabulary() throws -> Vocabulary {
    try Vocabulary(parsing: pieces.enumerated().map { "\($1) \($0)\n" }.joined())
  }

  private func emitted(_ scripts: Set<Script>) throws -> [String] {
    let mask = TokenMask(try vocabulary(), allowing: scripts)
    #expect(mask.bias.count == pieces.count)
    return pieces.indices.filter { !mask.isMasked(Int32($0)) }.map { pieces[$0] }
  }

  @Test func `a token mask allows special pieces and pieces without letters of other scripts`() throws {
    let always = ["7", ".", "%", "µ", "\u{301}", "\u{2581}", "<unk>", "<blk>"]
    let latin = ["\u{2581}hola", "ñ", "\u{2581}USB"]
    #expect(Set(try emitted([.latin])) == Set(always + latin))
    #expect(
      Set(try emitted([.cyrillic, .latin]))
        == Set(always + latin + ["\u{2581}при", "вет", "\u{483}", "a\u{430}"]))
    #expect(Set(try emitted([.greek, .latin])) == Set(always + latin + ["\u{2581}γεια", "μ"]))
  }

  @Test func `a token mask biases masked tokens only, by a number that fits half precision`() throws {
    let mask = TokenMask(try vocabulary(), allowing: [.latin])
    #expect(mask.bias[2] == TokenMask.penalty)
    #expect(mask.bias[1] == 0)
    #expect(TokenMask.penalty.isFinite && TokenMask.penalty > -65_504)
  }
}
