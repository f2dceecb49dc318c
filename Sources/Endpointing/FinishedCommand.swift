internal import Transducer

/// A command at the beginning of a text that other speech follows: a television that goes on.
struct FinishedCommand {
  /// The end of the command, in seconds from the beginning of the utterance.
  let end: Double

  /// Finds the command: a first sentence that begins as commands and questions do, and no later sentence that begins as
  /// they do or continues it.
  init?(in hypothesis: Hypothesis) {
    let words = hypothesis.text.words
    let table = EndingTable.of(hypothesis.language)
    guard let last = words.firstIndex(where: { $0.text.endsSentence }), last + 1 < words.count,
      table.openers.contains(words[0].text.compared)
    else { return nil }
    let ending = SentenceEnding(of: words[...last], language: hypothesis.language)
    guard ending == .complete || ending == .likely else { return nil }
    for index in words.indices[(last + 1)...] where words[index - 1].text.endsSentence {
      let word = words[index].text.compared
      if table.openers.contains(word) || table.openWords.contains(word) { return nil }
    }
    end = words[last].end
  }
}
