import Support
import Testing

@testable import Recognition

@Suite struct `The plan of speculation` {
  private func windows(_ end: Int) -> [Window] { [Window(frames: 0..<end, isContinued: false)] }

  @Test func `an attempt begins once when the windows are settled`() {
    var plan = SpeculationPlan(limit: 4)
    #expect(plan.update(nil) == .nothing)
    #expect(plan.update(windows(120)) == .start(windows(120)))
    #expect(plan.update(windows(120)) == .nothing)
  }

  @Test func `an attempt is dropped when the speaker goes on, and another one begins later`() {
    var plan = SpeculationPlan(limit: 4)
    _ = plan.update(windows(120))
    #expect(plan.update(nil) == .drop)
    #expect(plan.update(nil) == .nothing)
    #expect(plan.update(windows(230)) == .start(windows(230)))
    #expect(plan.update(windows(300)) == .start(windows(300)))
  }

  @Test func `an utterance gets no more attempts than the limit`() {
    var plan = SpeculationPlan(limit: 2)
    #expect(plan.update(windows(1)) == .start(windows(1)))
    #expect(plan.update(windows(2)) == .start(windows(2)))
    #expect(plan.update(windows(3)) == .drop)
    #expect(plan.update(windows(4)) == .nothing)
  }

  @Test func `an attempt declined by a busy device is made again`() {
    var plan = SpeculationPlan(limit: 1)
    _ = plan.update(windows(9))
    let isDeclined = plan.declined(windows(9))
    #expect(isDeclined)
    #expect(plan.update(windows(9)) == .start(windows(9)))
    let isOtherDeclined = plan.declined(windows(7))
    #expect(!isOtherDeclined)
    #expect(plan.update(windows(9)) == .nothing)
  }

  @Test func `an attempt whose window became certain does not count towards the limit`() {
    var plan = SpeculationPlan(limit: 1)
    _ = plan.update(windows(9))
    plan.kept()
    #expect(plan.update(nil) == .nothing)
    #expect(plan.update(windows(12)) == .start(windows(12)))
  }

  @Test func `attempts at random utterances stay within the limit and match the settled windows`() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<3000 {
      let limit = Int.random(in: 0...5, using: &random)
      var plan = SpeculationPlan(limit: limit)
      var (starts, length) = (0, 0)
      var running: [Window]?
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        if Bool.random(using: &random) { length += Int.random(in: 0...2, using: &random) }
        let settled = Bool.random(using: &random) && length > 0 ? windows(length) : nil
        switch plan.update(settled) {
        case .nothing: break
        case .drop:
          #expect(running != nil)
          running = nil
        case .start(let new):
          #expect(running != new && new == settled)
          (running, starts) = (new, starts + 1)
        }
        #expect(running == plan.windows)
        #expect(running == nil || running == settled)
      }
      #expect(starts <= limit)
    }
  }
}
