internal import Transducer

/// Groups words into cues of at most two lines and 1 to 6 s, broken at sentences, otherwise at commas, otherwise at
/// silence. Of all ways to break, the one with the least cost is chosen.
struct CuePlan {
  /// The maximum and minimum duration of a cue, in seconds.
  static let longest = 6.0
  static let shortest = 1.0
  /// The silence that ends a cue, in seconds.
  private static let pause = 1.0

  /// The words of each cue.
  private(set) var cues: [ArraySlice<CueWord>] = []
  private let words: [CueWord]

  init(_ words: [SpokenText.Word]) {
    self.words = words.map(CueWord.init)
    // The least cost up to a word, and the beginning of the last cue.
    var best: [(cost: Double, start: Int)] = [(0, 0)]
    for end in words.indices.map({ $0 + 1 }) {
      var least = (cost: Double.infinity, start: end - 1)
      for start in (0..<end).reversed() {
        guard let cost = cost(of: start..<end) else { break }
        if best[start].cost + cost < least.cost { least = (best[start].cost + cost, start) }
      }
      best.append(least)
    }
    var end = words.count
    while end > 0 {
      cues.append(self.words[best[end].start..<end])
      end = best[end].start
    }
    cues.reverse()
  }

  /// The cost of a cue to its reader; `nil` if neither these words nor more words before them can be a cue.
  private func cost(of cue: Range<Int>) -> Double? {
    let (first, last) = (words[cue.lowerBound], words[cue.upperBound - 1])
    if cue.count > 1, words[cue.lowerBound + 1].start > first.start {
      let isBroken = words[cue.lowerBound + 1].start - first.end > Self.pause
      let isLong = last.end - first.start > Self.longest
      if isBroken || isLong || CueLines.fit(words[cue]) == nil { return nil }
    }
    let next = cue.upperBound < words.count ? words[cue.upperBound].start : .infinity
    // Words that begin at the same time stay together: a cue needs a duration.
    guard next > first.start else { return .infinity }
    // Squares make cues even: no word is left alone.
    let room = 1 - Double(words[cue].reduce(0) { $0 + $1.length + 1 }) / Double(2 * CueLines.length)
    var cost = 1 + 2 * room * room
    // A cue too short to be read is worse than any break.
    let missing = Self.shortest - (next - first.start)
    if missing > 1e-6 { cost += 20 + 20 * missing }
    for word in words[cue].dropLast() where word.endsSentence { cost += 4 }
    return cost + breakCost(before: cue.upperBound)
  }

  /// The cost of a break before a word.
  private func breakCost(before index: Int) -> Double {
    guard index < words.count else { return 0 }
    let word = words[index - 1]
    if word.endsSentence { return 0 }
    let silence = words[index].start - word.end
    if word.endsClause { return silence > 0.3 ? 0.5 : 1 }
    if silence > 0.5 { return 1.5 }
    return silence > 0.25 ? 2.5 : word.isShort ? 5 : 4
  }
}
