/// Computes the times of tokens from frames and durations.
///
/// A token has the model's duration, at least a frame, and ends at the latest with the onset of the next. Punctuation
/// has no duration (NeMo's `_refine_timestamps_tdt`): it is at the end of the preceding token; opening marks such as
/// "¿" are at the beginning of the following one.
struct TokenTimes {
  /// The duration of an encoder frame, in seconds.
  let frameSeconds: Double
  /// The duration of the audio, in seconds; no time is later.
  let limit: Double

  func tokens(of emissions: [Emission], _ vocabulary: Vocabulary) -> [SpokenText.Token] {
    var times = [(start: Double, end: Double)](repeating: (0, 0), count: emissions.count)
    let pieces = emissions.map { vocabulary.pieces[Int($0.token)] }
    // Backwards: the onset of the next token limits each token.
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

  /// True if a mark belongs to the following token: it has a space before and none after it.
  private func isOpening(_ pieces: [String], _ index: Int) -> Bool {
    guard pieces[index].first == " ", pieces[index].last.map(JoinedPieces.closing.contains) != true else {
      return false
    }
    return index + 1 < pieces.count && pieces[index + 1].first != " "
  }
}
