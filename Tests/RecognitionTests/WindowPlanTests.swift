import Support
import Testing

@testable import Recognition
@testable import SpeechFeatures

@Suite struct `Windows of a long utterance` {
  private func frames(of samples: [Float]) -> LogMelFrames {
    var extractor = LogMelExtractor(bandCount: 80)
    extractor.append(samples.span)
    return extractor.finished()
  }

  private func noise(seconds: Double, level: Float = 0.2) -> [Float] {
    var generator = SeededGenerator(seed: 5)
    return (0..<Int(16_000 * seconds)).map { _ in Float.random(in: -level...level, using: &generator) }
  }

  @Test(arguments: [1, 2, 10, 99, 100, 101, 199, 200, 201, 1000])
  func `they hold every frame once, in order, none longer than the limit`(limit: Int) {
    let frames = frames(of: noise(seconds: 10))
    let windows = WindowPlan.windows(over: frames, 0..<frames.count, limit: limit)
    #expect(windows.first?.lowerBound == 0)
    #expect(windows.last?.upperBound == frames.count)
    #expect(windows.allSatisfy { !$0.isEmpty && $0.count <= limit })
    for (one, next) in zip(windows, windows.dropFirst()) { #expect(one.upperBound == next.lowerBound) }
  }

  @Test func `what fits is not cut`() {
    let frames = frames(of: noise(seconds: 1))
    #expect(WindowPlan.windows(over: frames, 0..<frames.count, limit: frames.count) == [0..<frames.count])
    #expect(WindowPlan.windows(over: LogMelFrames(bandCount: 80), 0..<0, limit: 10).isEmpty)
  }

  @Test func `a span is cut alike, however much has come behind it`() {
    let frames = frames(of: noise(seconds: 7))
    for end in stride(from: 501, through: 560, by: 3) {
      var known = LogMelFrames(bandCount: 80)
      known.append(contentsOf: frames, upTo: end)
      #expect(
        WindowPlan.windows(over: known, 8..<end, limit: 480)
          == WindowPlan.windows(over: frames, 8..<end, limit: 480), "\(end)")
    }
  }

  @Test func `the cut lies in the pause`() {
    let samples = noise(seconds: 4.5) + noise(seconds: 0.4, level: 0.0001) + noise(seconds: 3)
    let windows = WindowPlan.windows(over: frames(of: samples), 0..<frames(of: samples).count, limit: 500)
    #expect(windows.count == 2)
    #expect((455...485).contains(windows[0].upperBound))
  }
}

extension LogMelFrames {
  fileprivate mutating func append(contentsOf other: LogMelFrames, upTo end: Int) {
    for start in stride(from: 0, to: end, by: 4) {
      let count = min(4, end - start)
      append(count) { band in
        var lanes = Lanes.zero
        for lane in 0..<count { lanes[lane] = other.values[(start + lane) * other.bandCount + band] }
        return lanes
      }
    }
  }
}
