import Support
import Testing

@testable import Transducer

private let pieces = [
  "▁set", "▁lu", "▁air", "tes", "tron", "▁to", ".", "▁l", "u", "t", "r", "o", "n", "▁Lutron", "tr", "on",
  "te", "e", "s", "▁g", "▁gy", "▁gym", "▁¿", "l",
]
private let blank = Int32(pieces.count)

/// Networks whose scores of a token at a frame depend on nothing else.
private struct TableNetworks: ScoringNetworks {
  /// The scores of the tokens at each frame; others have -20.
  var table: [[Int32: Float]]
  var history: [Int32] = []

  mutating func begin() throws(Never) { history = [] }
  mutating func predict(after token: Int32) throws(Never) { history.append(token) }

  mutating func join(frame: Int) throws(Never) -> JointOutput {
    JointOutput(token: blank, duration: 1, confidence: 1)
  }

  mutating func withLogits<Result>(_ body: (borrowing Span<Float>) -> Result) throws(Never) -> Result {
    body([Float](repeating: 0, count: Int(blank) + 1).span)
  }

  func predictionState() throws(Never) -> [Int32] { history }
  mutating func restore(_ state: [Int32]) throws(Never) { history = state }

  mutating func scores(of token: Int32, at frames: Range<Int>) throws(Never) -> [FrameScores] {
    frames.map { frame in
      FrameScores(
        token: table[frame][token] ?? -20, blank: table[frame][blank] ?? -1, durations: [-3, -1, -1, -3, -3])
    }
  }
}

@Suite struct `The second pass for names` {
  private let tree: PieceTree
  private let ids: [String: Int32]

  init() throws {
    tree = PieceTree(
      try Vocabulary(parsing: (pieces + ["<blk>"]).enumerated().map { "\($1) \($0)\n" }.joined()))
    ids = Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ($1, Int32($0)) })
  }

  /// "Set lutes air": the second word is doubtful.
  private func said(_ confidence: Float = 0.4, _ word: [String] = ["▁lu", "tes"]) -> Decoding {
    var decoding = Decoding()
    let tokens = ["▁set"] + word + ["▁air"]
    decoding.emissions = tokens.enumerated().map { place, piece in
      Emission(
        token: ids[piece] ?? 0, frame: 2 * place, duration: 2,
        confidence: (1...word.count).contains(place) ? confidence : 1)
    }
    return decoding
  }

  private func rescued(
    _ decoding: Decoding, names: [String],
    scores: [String: Float] = ["tron": -2, "tes": -1, "▁lu": -1, "▁air": -1]
  ) -> Decoding {
    let row = Dictionary(uniqueKeysWithValues: scores.map { (ids[$0] ?? 0, $1) })
    // Where the last token was said, nothing else is probable.
    let last: [Int32: Float] = [decoding.emissions.last?.token ?? 0: -1, blank: -20]
    let frames = 2 * max(1, decoding.emissions.count)
    var networks = TableNetworks(table: Array(repeating: row, count: frames - 2) + [last, last])
    let booster = PhraseBooster(names.map { BoostedPhrase($0) }, of: tree)
    return booster.rescue.rescued(decoding, frameCount: frames, blank: blank, with: &networks)
  }

  private func text(_ decoding: Decoding) -> String {
    decoding.emissions.map { pieces[Int($0.token)] }.joined()
  }

  @Test func `a doubtful word gives way to a name that sounds like it and is nearly as probable`() throws {
    let rescued = rescued(said(), names: ["lutron"])
    #expect(text(rescued) == "▁set▁lutron▁air")
    #expect(rescued.boosted == 2)
    #expect(rescued.emissions.map(\.frame) == rescued.emissions.map(\.frame).sorted())
    #expect(rescued.emissions[1].frame >= 2 && rescued.emissions[2].frame < 6)
  }

  @Test func `a certain word stays`() throws {
    #expect(rescued(said(0.95), names: ["lutron"]) == said(0.95))
  }

  @Test func `a name that shares no sound with the words stays out, however probable`() throws {
    let probable: [String: Float] = ["▁gym": 0, "tes": -9, "▁lu": -9, "▁air": -1]
    #expect(rescued(said(), names: ["gym"], scores: probable) == said())
  }

  @Test func `a name that the model finds improbable stays out`() throws {
    let improbable: [String: Float] = ["tron": -60, "tes": -1, "▁lu": -1, "▁air": -1]
    #expect(rescued(said(), names: ["lutron"], scores: improbable) == said())
  }

  @Test func `of two names that are nearly as good as each other, neither is taken`() throws {
    func outcome(_ score: Float) throws -> String {
      text(
        rescued(
          said(), names: ["lutron", "luton"],
          scores: ["tron": -2, "tes": -1, "▁lu": -1, "▁air": -1, "t": score, "on": score]))
    }
    #expect(try outcome(4) == "▁set▁luton▁air")
    #expect(try outcome(-9) == "▁set▁lutron▁air")
    let between = try stride(from: Float(4), to: -9, by: -0.25).map(outcome)
    #expect(between.contains("▁set▁lutes▁air"))
  }

  @Test func `words that are a name already stay`() throws {
    let words = said(0.4, ["▁lu", "tron"])
    #expect(rescued(words, names: ["lutron", "lutes"]) == words)
  }

  @Test func `an opening mark before a name stays, without a space after it`() throws {
    let words = said(0.4, ["▁¿", "l", "u", "tes"])
    let rescued = rescued(
      words, names: ["lutron"], scores: ["l": -1, "u": -1, "tron": -2, "tes": -1, "▁air": -1])
    #expect(text(rescued) == "▁set▁¿lutron▁air")
  }

  @Test func `a punctuation mark after a name stays`() throws {
    var decoding = said()
    decoding.emissions[3].token = ids["."] ?? 0
    let rescued = rescued(
      decoding, names: ["lutron"], scores: ["tron": -2, "tes": -1, "▁lu": -1, ".": -1])
    #expect(text(rescued) == "▁set▁lutron.")
  }

  @Test(arguments: [[], ["東京"], ["..."], ["ab"], [String(repeating: "lutron", count: 2000)]])
  func `names that the vocabulary cannot write change nothing`(names: [String]) throws {
    #expect(rescued(said(), names: names) == said())
  }

  @Test func `an utterance without tokens stays empty`() throws {
    #expect(rescued(Decoding(), names: ["lutron"]) == Decoding())
  }

  @Test func `a text is split as by BPE, the earliest piece first`() {
    #expect(tree.tokens(of: " lutron")?.map { pieces[Int($0)] } == ["▁lu", "tron"])
    #expect(tree.tokens(of: " Lutron")?.map { pieces[Int($0)] } == nil)
  }
}

@Suite struct `Alignment of tokens with frames` {
  /// Returns the best score by trying every course.
  private func exhaustive(_ rows: [[FrameScores]], _ row: Int, _ frame: Int, _ count: Int) -> Float {
    if frame == count { return row == rows.count - 1 ? 0 : -.infinity }
    let scores = rows[row][frame]
    var best = -Float.infinity
    for (duration, logarithm) in scores.blankDurations.enumerated() where 1...(count - frame) ~= duration {
      best = max(best, scores.blank + logarithm + exhaustive(rows, row, frame + duration, count))
    }
    for (duration, logarithm) in scores.durations.enumerated() where frame + duration <= count {
      if row + 1 < rows.count {
        let rest =
          frame + duration == count && row + 2 == rows.count
          ? 0 : exhaustive(rows, row + 1, frame + duration, count)
        best = max(best, scores.token + logarithm + rest)
      }
    }
    return best
  }

  @Test(arguments: 0..<100, [true, false])
  func `the best course is the best of all`(seed: UInt64, isTDT: Bool) throws {
    var generator = SeededGenerator(seed: seed)
    let (tokens, frames) = (
      Int.random(in: 1...4, using: &generator), Int.random(in: 1...7, using: &generator)
    )
    let rows = (0...tokens).map { _ in
      (0..<frames).map { _ in
        let token = Float.random(in: -5...0, using: &generator)
        let blank = Float.random(in: -5...0, using: &generator)
        guard isTDT else { return FrameScores(token: token, blank: blank) }
        return FrameScores(
          token: token, blank: blank,
          durations: (0..<5).map { _ in Float.random(in: -5...0, using: &generator) })
      }
    }
    let best = try #require(TokenAlignment.best(rows, frameCount: frames))
    #expect(abs(best.score - exhaustive(rows, 0, 0, frames)) < 1e-3)
    #expect(best.steps.count == tokens)
    for (step, next) in zip(best.steps, best.steps.dropFirst()) {
      #expect(step.frame + step.duration <= next.frame)
    }
    #expect(best.steps.allSatisfy { $0.frame + $0.duration <= frames })
  }
}

@Suite struct `Similarity of sound` {
  private func similarity(_ one: String, _ other: String) -> Float {
    var comparison = SoundDistance()
    return comparison.similarity(
      SoundedText(ComparedCharacters.of(one)), SoundedText(ComparedCharacters.of(other)), atLeast: 0) ?? 0
  }

  @Test func `words that sound alike are more similar than words that do not`() {
    #expect(similarity("natalie", "Nátàlie") == 1)
    #expect(similarity("cesilla", "cecilia") > 0.7)
    #expect(similarity("markes", "marcus") > similarity("markes", "horace"))
    #expect(similarity("lamp", "window") < 0.3)
    #expect(similarity("", "") == 0)
    #expect(similarity("a", "東京") == 0)
  }

  @Test func `the order of the words makes no difference`() {
    for (one, other) in [("ridoverto", "rigoberto"), ("soun", "sonos"), ("h", "hh"), ("", "abc")] {
      #expect(similarity(one, other) == similarity(other, one))
    }
  }
}
