import Glibc
import Languages
import Support
import Testing
import Transducer

@Suite("CTC")
struct CTCDecoderTests {
  private let decoder = CTCDecoder(blank: 2)

  /// The logarithms of probabilities, [tokens, frames], from a row of probabilities for each frame.
  private func logarithms(_ frames: [[Float]]) -> [Float] {
    (0..<(frames.first?.count ?? 0)).flatMap { token in frames.map { log($0[token]) } }
  }

  @Test func `a token that frames repeat counts once, and blank parts two equal ones`() {
    let a: [Float] = [0.7, 0.1, 0.2]
    let b: [Float] = [0.1, 0.6, 0.3]
    let blank: [Float] = [0.1, 0.1, 0.8]
    let frames = [blank, a, a, blank, a, b, b, b, blank]
    let decoding = decoder.decode(logarithms(frames), frameCount: frames.count)
    #expect(decoding.emissions.map(\.token) == [0, 0, 1])
    #expect(decoding.emissions.map(\.frame) == [1, 4, 5])
    #expect(decoding.emissions.map(\.duration) == [2, 1, 3])
    #expect(decoding.emissions.allSatisfy { abs($0.confidence - ($0.token == 0 ? 0.7 : 0.6)) < 1e-6 })
    #expect(decoding.steps == frames.count)
  }

  @Test func `no frames and only blanks give no tokens`() {
    #expect(decoder.decode([], frameCount: 0) == Decoding())
    let blanks = [[Float]](repeating: [0.1, 0.1, 0.8], count: 5)
    #expect(decoder.decode(logarithms(blanks), frameCount: 5).emissions.isEmpty)
  }

  @Test func `a masked token gives way to the next best one, whose probability is among those that are left`()
    throws
  {
    let vocabulary = try Vocabulary(parsing: "д 0\na 1\n<blk> 2\n")
    let mask = TokenMask(vocabulary, allowing: [.latin])
    let decoding = decoder.decode(
      logarithms([[0.5, 0.3, 0.2]]), frameCount: 1, preferring: TokenPreferences(mask: mask))
    #expect(decoding.emissions.map(\.token) == [1])
    #expect(abs((decoding.emissions.first?.confidence ?? 0) - 0.6) < 1e-4)
  }

  @Test func `the token that continues a phrase is emitted once in place of a slightly better one`() throws {
    let vocabulary = try Vocabulary(parsing: "▁la 0\nmb 1\nmp 2\n<blk> 3\n")
    let booster = PhraseBooster([BoostedPhrase("lamp", weight: 5)], of: PieceTree(vocabulary))
    let frames: [[Float]] = [
      [0.9, 0.03, 0.03, 0.04], [0.01, 0.5, 0.4, 0.09], [0.01, 0.4, 0.5, 0.09], [0.01, 0.01, 0.01, 0.97],
    ]
    let decoder = CTCDecoder(blank: 3)
    #expect(decoder.decode(logarithms(frames), frameCount: 4).emissions.map(\.token) == [0, 1, 2])
    let boosted = decoder.decode(
      logarithms(frames), frameCount: 4, preferring: TokenPreferences(booster: booster))
    #expect(boosted.emissions.map(\.token) == [0, 2])
    #expect(boosted.emissions.map(\.duration) == [1, 2])
    #expect(boosted.boosted == 1)
    #expect(abs((boosted.emissions.last?.confidence ?? 0) - 0.4) < 1e-6)
  }
}
