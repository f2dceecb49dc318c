internal import Glibc

/// A second pass over decoded tokens: words of which the decoder was not sure are compared with names, by their sound
/// and by the joint network's own scores.
///
/// A bias cannot rescue a name whose first piece loses by a wide margin. Here a whole name competes with the words in
/// its place: the probability of its tokens over the same frames, of which a model that has never heard the name still
/// gives more to it than to any other.
struct NameRescue {
  /// The confidence of a word's least certain token below which the word is doubtful.
  private static let doubt: Float = 0.9
  /// The most words that a name replaces.
  private static let mostWords = 4
  /// The least similarity of sound.
  private static let leastSimilarity: Float = 0.3
  /// The weight of the similarity of sound beside the loss of probability of each letter, in nepers.
  private static let similarityWeight: Float = 4
  /// The cost of a word that is replaced though it is not doubtful.
  private static let certainWordCost: Float = 1
  /// The least sum of all.
  private static let leastScore: Float = -0.6
  /// The least distance from the next best name.
  private static let leastLead: Float = 0.5
  /// The most comparisons of words and names in an utterance; those of the least certain words come first.
  private static let mostComparisons = 50_000
  /// The most candidates of an utterance whose probability is computed.
  private static let mostCandidates = 16

  let phrases: [ComparedPhrase]
  let pieces: PieceTree

  /// A stretch of whole words.
  private struct Span: Hashable {
    /// The tokens of the words, without marks before and after them.
    var tokens: Range<Int>
    /// True if an opening mark is before the words, after which no space follows.
    var isGlued: Bool
    /// The encoder frames from the decoder's position before the first token to the next token.
    var frames: Range<Int>
    /// The number of words that are not doubtful.
    var certainWords: Int
    /// The least confidence.
    var confidence: Float
  }

  private struct Candidate {
    var span: Span
    var phrase: Int
    var similarity: Float
  }

  private struct Finding {
    var span: Span
    var phrase: Int
    var score: Float
    var emissions: [Emission]
  }

  /// Replaces doubtful words by names.
  func rescued<Networks: ScoringNetworks & ~Copyable>(
    _ decoding: Decoding, frameCount: Int, blank: Int32, with networks: inout Networks
  ) throws(Networks.Failure) -> Decoding {
    let candidates = candidates(in: decoding.emissions, frameCount: frameCount)
    guard !candidates.isEmpty else { return decoding }
    var findings: [Finding] = []
    // The networks' states before each span, which follow from the tokens before it.
    try networks.begin()
    try networks.predict(after: blank)
    var position = 0
    for span in Set(candidates.map(\.span)).sorted(by: { $0.tokens.lowerBound < $1.tokens.lowerBound }) {
      while position < span.tokens.lowerBound {
        try networks.predict(after: decoding.emissions[position].token)
        position += 1
      }
      findings += try self.findings(
        at: span, among: candidates.filter { $0.span == span }, decoding.emissions, &networks)
    }
    return replaced(decoding, by: chosen(findings))
  }

  /// Returns the names that sound most like doubtful words, the most similar ones first.
  private func candidates(in emissions: [Emission], frameCount: Int) -> [Candidate] {
    let spans = spans(of: emissions, frameCount: frameCount).map { span in
      (span, sound: SoundedText(emissions[span.tokens].flatMap { pieces.characters(of: $0.token) ?? [] }))
    }
    guard !spans.isEmpty else { return [] }
    // Words that are a name already are not doubtful.
    let sounds = Set(spans.map(\.sound))
    let said = Set(phrases.map(\.sound).filter(sounds.contains))
    let known = spans.filter { said.contains($0.sound) }.map(\.0.tokens)
    var comparison = SoundDistance()
    var candidates: [Candidate] = []
    var limit = Self.leastSimilarity
    for (span, sound) in spans.prefix(Self.mostComparisons / max(1, phrases.count))
    where !known.contains(where: span.tokens.overlaps) {
      for (index, phrase) in phrases.enumerated() {
        guard let similarity = comparison.similarity(sound, phrase.sound, atLeast: limit) else { continue }
        let place = candidates.firstIndex { $0.similarity < similarity } ?? candidates.endIndex
        candidates.insert(Candidate(span: span, phrase: index, similarity: similarity), at: place)
        guard candidates.count > Self.mostCandidates else { continue }
        candidates.removeLast()
        limit = candidates[candidates.count - 1].similarity
      }
    }
    return candidates
  }

  /// Returns the stretches of words of which at least one is doubtful.
  private func spans(of emissions: [Emission], frameCount: Int) -> [Span] {
    var starts = emissions.indices.filter { pieces.startsWord(emissions[$0].token) }
    if let first = starts.first, first > 0 { starts.insert(0, at: 0) }
    starts.append(emissions.count)
    let isDoubtful = zip(starts, starts.dropFirst()).map { start, end in
      emissions[start..<end].contains { $0.confidence < Self.doubt && !pieces.isMark($0.token) }
    }
    var spans: [Span] = []
    for first in isDoubtful.indices {
      for last in first..<min(first + Self.mostWords, isDoubtful.count) {
        let certain = isDoubtful[first...last].count { !$0 }
        guard certain <= last - first else { continue }
        var (start, end) = (starts[first], starts[last + 1])
        while pieces.isMark(emissions[end - 1].token) { end -= 1 }
        while pieces.isMark(emissions[start].token) { start += 1 }
        let isGlued = start > starts[first]
        let from = start == 0 ? 0 : emissions[start - 1].frame + emissions[start - 1].duration
        let to = end < emissions.count ? emissions[end].frame : frameCount
        let confidence = emissions[start..<end].map(\.confidence).min() ?? 1
        guard from < to else { continue }
        spans.append(
          Span(
            tokens: start..<end, isGlued: isGlued, frames: from..<to, certainWords: certain,
            confidence: confidence))
      }
    }
    return spans.sorted { $0.confidence < $1.confidence }
  }

  /// Returns the names that are probable enough in place of a stretch of words. The networks are at the token before it.
  private func findings<Networks: ScoringNetworks & ~Copyable>(
    at span: Span, among candidates: [Candidate], _ emissions: [Emission], _ networks: inout Networks
  ) throws(Networks.Failure) -> [Finding] {
    let state = try networks.predictionState()
    let next = span.tokens.upperBound < emissions.count ? emissions[span.tokens.upperBound].token : nil
    let words = emissions[span.tokens].map(\.token)
    guard let original = try alignment(of: words, next, at: span.frames, from: state, &networks) else {
      return []
    }
    var findings: [Finding] = []
    for candidate in candidates {
      let phrase = phrases[candidate.phrase]
      // The most probable spelling counts, and the written one is used.
      var (best, written): (Float, [Emission]?) = (-.infinity, nil)
      for tokens in phrase.spellings(in: pieces, isGlued: span.isGlued) {
        guard let alignment = try alignment(of: tokens, next, at: span.frames, from: state, &networks) else {
          continue
        }
        best = max(best, alignment.score)
        written = written ?? alignment.emissions
      }
      let loss = (best - original.score) / Float(phrase.sound.letters.count)
      let score =
        loss / phrase.weight + Self.similarityWeight * candidate.similarity
        - Self.certainWordCost * Float(span.certainWords)
      if let written, score >= Self.leastScore {
        findings.append(Finding(span: span, phrase: candidate.phrase, score: score, emissions: written))
      }
    }
    return findings
  }

  /// Aligns tokens with frames, and adds the score of the token that follows them. Leaves the networks at `state`.
  private func alignment<Networks: ScoringNetworks & ~Copyable>(
    of tokens: [Int32], _ next: Int32?, at frames: Range<Int>, from state: Networks.PredictionState,
    _ networks: inout Networks
  ) throws(Networks.Failure) -> (score: Float, emissions: [Emission])? {
    var rows: [[FrameScores]] = []
    // All rows have the same frames, so that the networks load them once.
    let extended = frames.lowerBound..<frames.upperBound + (next == nil ? 0 : 1)
    for token in tokens {
      rows.append(try networks.scores(of: token, at: extended))
      try networks.predict(after: token)
    }
    let last = try networks.scores(of: next ?? tokens[0], at: extended)
    rows.append(last)
    try networks.restore(state)
    guard let alignment = TokenAlignment.best(rows, frameCount: frames.count) else { return nil }
    let emissions = zip(tokens, alignment.steps).enumerated().map { row, step in
      Emission(
        token: step.0, frame: frames.lowerBound + step.1.frame, duration: step.1.duration,
        confidence: exp(rows[row][step.1.frame].token))
    }
    return (alignment.score + (next == nil ? 0 : last[frames.count].token), emissions)
  }

  /// Returns the best findings that do not overlap and that are clearly better than other names in their place.
  private func chosen(_ findings: [Finding]) -> [Finding] {
    let sorted = findings.sorted { $0.score > $1.score }
    var (chosen, undecided): ([Finding], [Finding]) = ([], [])
    for (place, finding) in sorted.enumerated() {
      func overlaps(_ other: Finding) -> Bool { other.span.tokens.overlaps(finding.span.tokens) }
      guard !(chosen + undecided).contains(where: overlaps) else { continue }
      let rival = sorted[(place + 1)...].first {
        overlaps($0) && phrases[$0.phrase].sound != phrases[finding.phrase].sound
      }
      if let rival, finding.score - rival.score < Self.leastLead {
        undecided.append(finding)
      } else {
        chosen.append(finding)
      }
    }
    return chosen
  }

  private func replaced(_ decoding: Decoding, by findings: [Finding]) -> Decoding {
    var decoding = decoding
    for finding in findings.sorted(by: { $0.span.tokens.lowerBound > $1.span.tokens.lowerBound }) {
      decoding.emissions.replaceSubrange(finding.span.tokens, with: finding.emissions)
      decoding.boosted += finding.emissions.count
    }
    return decoding
  }
}
