import Support
import Testing
import Transducer

@Suite struct `Overlapping windows` {
  /// A token per letter, `step` frames apart; a capital begins a word.
  private func said(_ text: String, from frame: Int = 0, every step: Int = 2) -> [Emission] {
    text.unicodeScalars.enumerated().compactMap { index, letter in
      letter == " "
        ? nil
        : Emission(token: Int32(letter.value), frame: frame + index * step, duration: step, confidence: 1)
    }
  }

  private func merged(_ earlier: [Emission], _ later: [Emission], _ overlap: Range<Int>) -> [Emission] {
    OverlapMerge.merged(earlier, later, overlap: overlap) { (65...90).contains($0) }
  }

  private func text(_ emissions: [Emission]) -> String {
    String(String.UnicodeScalarView(emissions.compactMap { Unicode.Scalar(UInt32($0.token)) }))
  }

  @Test func `tokens of both overlapping windows occur once`() {
    let all = said("TurnOnTheLightInTheKitchen")
    #expect(merged(Array(all[..<16]), Array(all[8...]), 16..<32) == all)
  }

  @Test func `a word cut in two at the end of the earlier window is taken from the later one`() {
    let earlier = said("TurnOnTheLig") + [Emission(token: 120, frame: 24, duration: 1, confidence: 0.2)]
    let later = said("OnTheLightIn", from: 8)
    #expect(text(merged(earlier, later, 8..<26)) == "TurnOnTheLightIn")
  }

  @Test func `a word cut in two at the beginning of the later window is taken from the earlier one`() {
    let later = [Emission(token: 120, frame: 8, duration: 1, confidence: 0.2)] + said("TheLightIn", from: 12)
    #expect(text(merged(said("TurnOnTheLight"), later, 8..<28)) == "TurnOnTheLightIn")
  }

  @Test func `a word spoken twice in the overlap is kept twice`() {
    let all = said("No No No Stop", every: 3)
    #expect(text(merged(Array(all[..<6]), Array(all[2...]), 6..<24)) == "NoNoNoStop")
  }

  @Test func `a token in one window only is kept if that window is the nearer one`() {
    let earlier = said("AbCdEfGhIj")
    var later = said("CdEfGhIjKl", from: 4)
    later.remove(at: 6)
    #expect(text(merged(earlier, later, 4..<20)) == "AbCdEfGhjKl")
  }

  @Test func `windows without a common token are joined at a whole word in the middle`() {
    let earlier = said("AbCdEfGh")
    let later = said("QrStUvWx", from: 8)
    #expect(text(merged(earlier, later, 8..<16)) == "AbCdEfStUvWx")
  }

  @Test func `an overlap without speech loses no tokens`() {
    let merged = merged(said("Ab"), said("Cd", from: 40), 10..<30)
    #expect(text(merged) == "AbCd")
  }

  @Test func `merging with an empty window returns the other window`() {
    let all = said("AbCd")
    #expect(merged(all, [], 4..<20) == all)
    #expect(merged([], said("AbCd", from: 6), 4..<5) == said("AbCd", from: 6))
  }

  @Test func `times of merged windows never decrease and tokens keep their order`() {
    let earlier = said("AbCdEf")
    let later = said("CdEfGh", from: 1)
    let merged = merged(earlier, later, 2..<12)
    #expect(text(merged) == "AbCdEfGh")
    #expect(merged.map(\.frame) == merged.map(\.frame).sorted())
  }

  /// Any cut, any overlap of at least a second, and times that differ by up to two frames give back the original.
  /// Adjacent equal tokens are further apart than that: closer ones could be one token.
  @Test(arguments: 0..<8) func `thousands of random streams cut into windows are restored`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let vocabulary = [30, 300, 8000].randomElement(using: &random) ?? 30
      var truth: [Emission] = []
      var frame = Int.random(in: 0...5, using: &random)
      for _ in 0..<Int.random(in: 1...60, using: &random) {
        let token = Int32.random(in: 0..<Int32(vocabulary), using: &random)
        if token == truth.last?.token { frame += 8 }
        truth.append(Emission(token: token, frame: frame, duration: 1, confidence: 1))
        frame += Int.random(in: 1...8, using: &random)
      }
      let start = Int.random(in: 0...frame, using: &random)
      let overlap = start..<start + Int.random(in: 13...40, using: &random)
      func heard() -> [Emission] {
        var last = 0
        return truth.map { emission in
          var emission = emission
          emission.frame = max(last, emission.frame + Int.random(in: -2...2, using: &random))
          last = emission.frame
          return emission
        }
      }
      let earlier = heard().filter { $0.frame < overlap.upperBound }
      let later = heard().filter { $0.frame >= overlap.lowerBound }
      let merged = OverlapMerge.merged(earlier, later, overlap: overlap) { _ in true }
      #expect(merged.map(\.token) == truth.map(\.token), "\(overlap), \(earlier), \(later)")
    }
  }
}
