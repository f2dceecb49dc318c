import Support
import Testing
import Transducer

/// Scripted networks, whose output depends on the frame and on the tokens emitted so far.
private struct ScriptedNetworks: TransducerNetworks {
  var answer: (_ frame: Int, _ history: [Int32]) -> JointOutput
  var history: [Int32] = []
  var predictions = 0
  var joins: [Int] = []
  var begins = 0

  init(_ answer: @escaping (_ frame: Int, _ history: [Int32]) -> JointOutput) {
    self.answer = answer
  }

  mutating func begin() throws(ScriptedFailure) {
    begins += 1
    history = []
  }

  mutating func predict(after token: Int32) throws(ScriptedFailure) {
    predictions += 1
    history.append(token)
  }

  mutating func join(frame: Int) throws(ScriptedFailure) -> JointOutput {
    joins.append(frame)
    let answer = answer(frame, history)
    if answer.token == broken { throw ScriptedFailure() }
    return answer
  }

  mutating func withLogits<Result>(
    _ body: (borrowing Span<Float>) -> Result
  ) throws(ScriptedFailure) -> Result {
    throw ScriptedFailure()
  }
}

private struct ScriptedFailure: Error, Equatable {}

private let blank: Int32 = 9
private let broken: Int32 = -1

private func say(_ token: Int32, _ duration: Int32) -> JointOutput {
  JointOutput(token: token, duration: duration, confidence: 0.5)
}

@Suite struct `Greedy decoding` {
  let decoder = GreedyDecoder(blank: blank)

  @Test func `a token is emitted at its frame and decoding advances by its duration`() throws {
    var networks = ScriptedNetworks { frame, _ in say(Int32(frame), 2) }
    let decoding = try decoder.decode(frameCount: 5, with: &networks)
    #expect(decoding.emissions.map(\.token) == [0, 2, 4])
    #expect(decoding.emissions.map(\.frame) == [0, 2, 4])
    #expect(decoding.emissions.map(\.duration) == [2, 2, 2])
    #expect(decoding.steps == 3)
  }

  @Test func `a blank advances by its duration, a blank of duration 0 by one frame`() throws {
    var networks = ScriptedNetworks { frame, _ in say(blank, frame == 0 ? 4 : 0) }
    let decoding = try decoder.decode(frameCount: 7, with: &networks)
    #expect(decoding.emissions.isEmpty)
    #expect(networks.joins == [0, 4, 5, 6])
  }

  @Test func `the prediction network runs only after an emission`() throws {
    var networks = ScriptedNetworks { frame, _ in say(frame == 3 ? 1 : blank, 1) }
    _ = try decoder.decode(frameCount: 10, with: &networks)
    #expect(networks.predictions == 2)
    #expect(networks.history == [blank, 1])
    #expect(networks.begins == 1)
  }

  @Test func `tokens of duration 0 stay on a frame up to the limit of tokens per frame`() throws {
    var networks = ScriptedNetworks { _, _ in say(1, 0) }
    let decoding = try decoder.decode(frameCount: 2, with: &networks)
    #expect(
      decoding.emissions.map(\.frame) == Array(repeating: 0, count: 10) + Array(repeating: 1, count: 10))
  }

  @Test func `decoding ends after the limit of tokens on the last frame`() throws {
    // Nine tokens, then a blank: nowhere near the limit on any frame.
    var networks = ScriptedNetworks { _, history in history.count % 10 == 0 ? say(blank, 1) : say(1, 0) }
    let decoding = try GreedyDecoder(blank: blank, maximumTokensPerFrame: 9).decode(
      frameCount: 1, with: &networks)
    #expect(decoding.emissions.count == 9)
    #expect(decoding.steps == 9)
  }

  @Test func `decoding zero frames runs no network`() throws {
    var networks = ScriptedNetworks { _, _ in say(1, 1) }
    #expect(try decoder.decode(frameCount: 0, with: &networks) == Decoding())
    #expect(networks.begins == 0 && networks.predictions == 0)
  }

  @Test func `an error of the networks is thrown unchanged`() {
    var networks = ScriptedNetworks { frame, _ in say(frame == 2 ? broken : blank, 1) }
    #expect(throws: ScriptedFailure()) { try decoder.decode(frameCount: 5, with: &networks) }
  }

  /// The loop as in NeMo and onnx-asr: the prediction network runs at each step.
  private func plainDecode(
    frames: Int, limit: Int, _ answer: (Int, [Int32]) -> JointOutput
  ) -> [Emission] {
    var (emissions, history, frame, here) = ([Emission](), [blank], 0, 0)
    while frame < frames {
      let said = answer(frame, history)
      if said.token != blank {
        history.append(said.token)
        emissions.append(
          Emission(token: said.token, frame: frame, duration: Int(said.duration), confidence: said.confidence)
        )
        here += 1
      }
      if said.duration > 0 {
        frame += Int(said.duration)
        here = 0
      } else if said.token == blank || here == limit {
        frame += 1
        here = 0
      }
    }
    return emissions
  }

  @Test(arguments: 0..<200) func `random networks are decoded as by the plain loop`(seed: UInt64) throws {
    let answer: (Int, [Int32]) -> JointOutput = { frame, history in
      var hash = SeededGenerator(
        seed: seed &* 1_000_003 &+ UInt64(frame) &* 101 &+ UInt64(history.count) &* 7
          &+ UInt64(history.last ?? 0))
      let token = Bool.random(using: &hash) ? blank : Int32.random(in: 0..<blank, using: &hash)
      return say(token, Int32.random(in: 0...4, using: &hash))
    }
    let frames = Int(seed % 60)
    let limit = Int(seed % 4) + 1
    var networks = ScriptedNetworks(answer)
    let decoding = try GreedyDecoder(blank: blank, maximumTokensPerFrame: limit)
      .decode(frameCount: frames, with: &networks)
    #expect(decoding.emissions == plainDecode(frames: frames, limit: limit, answer))
    if frames > 0 { #expect(networks.predictions == decoding.emissions.count + 1) }
  }
}
