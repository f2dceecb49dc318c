import Testing

@testable import lorikeet

@Suite struct `The spread of runs` {
  @Test func `the spread of runs has median, mean and extremes, whatever the order`() throws {
    let spread = try #require(Spread([4, 1, 3, 2]))
    #expect((spread.count, spread.median, spread.mean, spread.min, spread.max) == (4, 2.5, 2.5, 1, 4))
    #expect(try #require(Spread([9, 1, 5])).median == 5)
  }

  /// Values, and the result of `numpy.percentile(values, 95)`.
  private static let percentiles: [([Double], Double)] = [
    ((1...100).map(Double.init), 95.05), ((1...10).map(Double.init), 9.55), ([3, 1], 2.9), ([7], 7),
  ]

  @Test(arguments: percentiles)
  func `the spread of runs has NumPy's 95th percentile`(values: [Double], p95: Double) throws {
    #expect(abs(try #require(Spread(values)).p95 - p95) < 1e-12)
  }

  @Test func `the spread of no runs is nil`() {
    #expect(Spread([]) == nil)
  }
}

@Suite struct `Energy of an utterance` {
  @Test func `the energy of an utterance is that above idle, divided by the runs`() {
    let energy = BenchResult.Energy(joules: 50, seconds: 2, runs: 10, idleWatts: 5)
    #expect((energy.joules, energy.joulesAboveIdle, energy.wattsAboveIdle) == (5, 4, 20))
  }

  @Test func `the energy of zero runs is zero`() {
    #expect(BenchResult.Energy(joules: 0, seconds: 0, runs: 0, idleWatts: 5).wattsAboveIdle == 0)
  }
}

@Suite struct `A synthetic recording` {
  private let speech: [Float] = (1...16_000).map { _ in 0.5 }

  @Test(arguments: [16_000, 16_001, 20_000, 40_000, 96_000, 960_000])
  func `a synthetic recording has its length, with speech at the end`(count: Int) {
    let samples = BenchRecording.spread(speech, over: count)
    #expect(samples.count == count)
    #expect(samples.suffix(16_000).allSatisfy { $0 == 0.5 })
  }

  @Test func `a synthetic recording repeats the speech as often as it fits, with silence between`() {
    let samples = BenchRecording.spread(speech, over: 60_000)
    let begins = samples.indices.filter { samples[$0] > 0 && ($0 == 0 || samples[$0 - 1] == 0) }
    #expect(begins == [0, 22_000, 44_000])
    #expect(samples.count { $0 > 0 } == 3 * 16_000)
  }

  @Test func `a synthetic recording shorter than the speech is cut off`() {
    #expect(BenchRecording.spread(speech, over: 5).count == 5)
  }
}
