/// When tokens were said, from frames and durations.
///
/// A token lasts as long as the model says, a frame at least, and no longer than to the onset of the next. Punctuation takes
/// no time of its own (NeMo's `_refine_timestamps_tdt`): it stands where the token before it ends, and what opens, such
/// as "¿", where the token behind it begins.
struct TokenTimes {
  /// Seconds an encoder frame.
  let frameSeconds: Double
  /// Seconds of audio there are; no time lies behind.
  let limit: Double

  func tokens(of emissions: [Emission], _ vocabulary: Vocabulary) -> [SpokenText.Token] {
    var times = [(start: Double, end: Double)](repeating: (0, 0), count: emissions.count)
    let pieces = emissions.map { vocabulary.pieces[Int($0.token)] }
    // From the last to the first: the onset that follows closes a token.
    var next = limit
    for index in emissions.indices.reversed() {
      let onset = min(Double(emissions[index].frame) * frameSeconds, next)
      if isMark(pieces[index]) {
        times[index] = (next, next)
      } else {
        let length = Double(max(1, emissions[index].duration)) * frameSeconds
        times[index] = (onset, min(onset + length, next))
        next = onset
      }
    }
    for index in emissions.indices where isMark(pieces[index]) && !isOpening(pieces, index) {
      let end =
        index > 0
        ? times[index - 1].end : min(Double(emissions[index].frame) * frameSeconds, times[index].start)
      times[index] = (end, end)
    }
    return zip(zip(emissions, pieces), times).map { said, time in
      SpokenText.Token(
        id: said.0.token, text: said.1, start: time.start, end: time.end, confidence: said.0.confidence)
    }
  }

  private func isMark(_ piece: String) -> Bool {
    let marks = piece.drop { $0 == " " }
    return !marks.isEmpty && marks.allSatisfy { $0.isPunctuation && $0 != "'" && $0 != "’" }
  }

  /// Whether a mark belongs to the token behind it: with a space before and none behind.
  private func isOpening(_ pieces: [String], _ index: Int) -> Bool {
    guard pieces[index].first == " ", pieces[index].last.map(JoinedPieces.closing.contains) != true else {
      return false
    }
    return index + 1 < pieces.count && pieces[index + 1].first != " "
  }
}
