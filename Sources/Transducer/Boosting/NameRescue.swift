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
  /// The least sum of both.
  private static let leastScore: Float = -0.6
  /// The least distance from the next best name.
  private static let leastLead: Float = 0.5
  /// The most candidates of an utterance whose probability is computed.
  private static let mostCandidates = 16

  let phrases: [ComparedPhrase]
  let pieces: PieceTree

  /// A stretch of whole words.
  private struct Span: Hashable {
    /// The tokens of the words, without a mark after them.
    var tokens: Range<Int>
    /// The encoder frames from the decoder's position before the first token to the next token.
    var frames: Range<Int>
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
        at: span, among: candidates.filter { $0.span == span }, decoding.emissions, frameCount, &networks)
    }
    return replaced(decoding, by: chosen(findings))
  }

  /// Returns the names that sound most like doubtful words.
  private func candidates(in emissions: [Emission], frameCount: Int) -> [Candidate] {
    let spans = spans(of: emissions, frameCount: frameCount).map { span in
      (span, letters: letters(of: emissions[span.tokens]))
    }
    // Words that are a name already are not doubtful.
    let known = spans.filter { span in phrases.contains { $0.letters == span.letters } }.map(\.0.tokens)
    var candidates: [Candidate] = []
    for (span, letters) in spans where !known.contains(where: span.tokens.overlaps) {
      for (index, phrase) in phrases.enumerated() {
        // Of very different lengths, neither can be the other misheard.
        guard 5 * letters.count >= 2 * phrase.letters.count,
          2 * letters.count <= 5 * phrase.letters.count
        else { continue }
        let similarity = SoundDistance.similarity(letters, phrase.letters)
        if similarity >= Self.leastSimilarity {
          candidates.append(Candidate(span: span, phrase: index, similarity: similarity))
        }
      }
    }
    return Array(candidates.sorted { $0.similarity > $1.similarity }.prefix(Self.mostCandidates))
  }

  private func letters(of emissions: ArraySlice<Emission>) -> [UInt32] {
    emissions.flatMap { pieces.characters(of: $0.token) ?? [] }.filter { $0 != ComparedCharacters.boundary }
  }

  /// Returns the stretches of words of which at least one is doubtful.
  private func spans(of emissions: [Emission], frameCount: Int) -> [Span] {
    var starts = emissions.indices.filter { pieces.startsWord(emissions[$0].token) }
    if let first = starts.first, first > 0 { starts.insert(0, at: 0) }
    starts.append(emissions.count)
    var spans: [Span] = []
    for (word, start) in starts.enumerated().dropLast() {
      for next in starts[(word + 1)...].prefix(Self.mostWords) {
        var end = next
        while end > start, pieces.isMark(emissions[end - 1].token) { end -= 1 }
        guard emissions[start..<end].contains(where: { $0.confidence < Self.doubt }) else { continue }
        let first = start == 0 ? 0 : emissions[start - 1].frame + emissions[start - 1].duration
        let last = end < emissions.count ? emissions[end].frame : frameCount
        if first < last { spans.append(Span(tokens: start..<end, frames: first..<last)) }
      }
    }
    return spans
  }

  /// Returns the names that are probable enough in place of a stretch of words. The networks are at the token before it.
  private func findings<Networks: ScoringNetworks & ~Copyable>(
    at span: Span, among candidates: [Candidate], _ emissions: [Emission], _ frameCount: Int,
    _ networks: inout Networks
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
      for tokens in phrase.spellings(in: pieces) {
        guard let alignment = try alignment(of: tokens, next, at: span.frames, from: state, &networks) else {
          continue
        }
        best = max(best, alignment.score)
        written = written ?? alignment.emissions
      }
      let loss = (best - original.score) / Float(phrase.letters.count)
      let score = loss / phrase.weight + Self.similarityWeight * candidate.similarity
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
    for token in tokens {
      rows.append(try networks.scores(of: token, at: frames))
      try networks.predict(after: token)
    }
    let last = try networks.scores(
      of: next ?? tokens[0], at: next == nil ? frames : frames.lowerBound..<frames.upperBound + 1)
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
    var chosen: [Finding] = []
    for (place, finding) in sorted.enumerated() {
      func overlaps(_ other: Finding) -> Bool { other.span.tokens.overlaps(finding.span.tokens) }
      guard !chosen.contains(where: overlaps) else { continue }
      let rival = sorted[(place + 1)...].first {
        overlaps($0) && phrases[$0.phrase].letters != phrases[finding.phrase].letters
      }
      if let rival, finding.score - rival.score < Self.leastLead { continue }
      chosen.append(finding)
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
