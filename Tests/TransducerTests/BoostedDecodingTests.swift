import Testing

@testable import Transducer

private let pieces = ["▁lamp", "▁la", "mb", "mp", ".", "a"]
private let blank: Int32 = 6

/// Networks with given logits at each frame.
private struct LogitNetworks: TransducerNetworks {
  var frames: [(logits: [Float], duration: Int32)]
  var history: [Int32] = []
  private var last: [Float] = []

  init(_ frames: [(logits: [Float], duration: Int32)]) {
    self.frames = frames
  }

  mutating func begin() throws(Never) { history = [] }
  mutating func predict(after token: Int32) throws(Never) { history.append(token) }

  mutating func join(frame: Int) throws(Never) -> JointOutput {
    last = frames[frame].logits
    let best = last.indices.max { last[$0] < last[$1] } ?? 0
    return JointOutput(token: Int32(best), duration: frames[frame].duration, confidence: 0.5)
  }

  mutating func withLogits<Result>(_ body: (borrowing Span<Float>) -> Result) throws(Never) -> Result {
    body(last.span)
  }
}

/// Logits of -50, except for some tokens.
private func logits(_ values: [Int32: Float]) -> [Float] {
  (0...blank).map { values[$0] ?? -50 }
}

@Suite struct `Decoding with boosted phrases` {
  private let decoder = GreedyDecoder(blank: blank)
  private let booster: PhraseBooster

  init() throws {
    let vocabulary = try Vocabulary(
      parsing: (pieces + ["<blk>"]).enumerated().map { "\($1) \($0)\n" }.joined())
    booster = PhraseBooster([BoostedPhrase("lamp", weight: 5)], of: PieceTree(vocabulary))
  }

  private func decode(_ frames: [(logits: [Float], duration: Int32)], boosted: Bool = true) -> Decoding {
    var networks = LogitNetworks(frames)
    let decoding = decoder.decode(
      frameCount: frames.count, with: &networks, boosting: boosted ? booster : nil)
    return decoding
  }

  @Test func `the token that continues a phrase is emitted in place of a slightly better one`() {
    let frames = [(logits([1: 5]), Int32(1)), (logits([2: 5, 3: 4.9]), 1)]
    #expect(decode(frames, boosted: false).emissions.map(\.token) == [1, 2])
    let boosted = decode(frames)
    #expect(boosted.emissions.map(\.token) == [1, 3])
    #expect(boosted.boosted == 1)
  }

  @Test func `the confidence of a boosted token is the model's own`() {
    let emission = decode([(logits([1: 5]), 1), (logits([2: 5, 3: 4]), 1)]).emissions.last
    #expect(emission?.token == 3)
    #expect(abs((emission?.confidence ?? 0) - 0.5 * 0.36788) < 1e-4)
  }

  @Test func `a blank stays a blank, and a token never becomes one`() {
    let silence = Array(repeating: (logits([blank: 5, 3: 4.9, 0: 4.9]), Int32(1)), count: 5)
    #expect(decode(silence).emissions.isEmpty)
    #expect(decode(silence).boosted == 0)
    #expect(decode([(logits([2: 5, blank: 4.999]), 1)]).emissions.count == 1)
  }

  @Test func `a bias overturns a frame once, so that no phrase is repeated without end`() {
    // All tokens are equally good, and the model stays on the frame.
    let stuck = decode([(logits([4: 0.1, 0: 0]), 0)])
    #expect(stuck.boosted == 1)
    #expect(stuck.emissions.count == 10)
    #expect(stuck.emissions.filter { $0.token == 0 }.count == 1)
    // On the next frame it can be overturned again.
    #expect(decode([(logits([4: 0.1, 0: 0]), 1), (logits([4: 0.1, 0: 0]), 1)]).boosted == 2)
  }

  @Test func `durations are the model's`() {
    let frames = [(logits([1: 5]), Int32(2)), (logits([2: 5]), 1), (logits([2: 5, 3: 4.9]), 3)]
    let boosted = decode(frames)
    #expect(boosted.emissions.map(\.frame) == [0, 2])
    #expect(boosted.emissions.map(\.duration) == [2, 3])
  }

  @Test func `a masked token is not rescued by its bias`() {
    let frames = [(logits([1: 5]), Int32(1)), (logits([2: 5, 3: TokenMask.penalty + 4.9]), 1)]
    #expect(decode(frames).emissions.map(\.token) == [1, 2])
  }

  @Test func `without phrases nothing changes`() throws {
    let vocabulary = try Vocabulary(
      parsing: (pieces + ["<blk>"]).enumerated().map { "\($1) \($0)\n" }.joined())
    let empty = PhraseBooster([], of: PieceTree(vocabulary))
    let frames = [(logits([1: 5]), Int32(1)), (logits([2: 5, 3: 4.9]), 1)]
    var networks = LogitNetworks(frames)
    let decoding = decoder.decode(frameCount: 2, with: &networks, boosting: empty)
    #expect(decoding == decode(frames, boosted: false))
  }
}
