internal import WyomingProtocol

/// The events that answer the utterances of one client: what is final of a transcript is sent at once, and the `transcript`
/// is exactly what was sent piece by piece.
struct TranscriptEvents {
  /// Utterances are numbered in the order in which they begin. This one, and those before, are answered.
  private var answered = 0
  /// An utterance of which something was sent, and what.
  private var open: (number: Int, text: String)?

  /// The beginning of a transcript is final.
  ///
  /// - Parameter text: All that is final, which begins with what was final before.
  mutating func beginning(_ text: String, of number: Int, language: String?) -> [Event] {
    // Late is what the transcript holds already.
    guard number > answered, !text.isEmpty else { return [] }
    return begin(number, language: language) + send(upTo: text)
  }

  /// The whole transcript is there.
  mutating func transcript(_ text: String, of number: Int, language: String?) -> [Event] {
    let events = begin(number, language: language) + send(upTo: text)
    answered = number
    open = nil
    return events + [.transcript(text, language: language), .transcriptStop]
  }

  private mutating func send(upTo text: String) -> [Event] {
    let sent = open?.text ?? ""
    guard text.utf8.count > sent.utf8.count else { return [] }
    open?.text = text
    return [.transcriptChunk(String(text.dropFirst(sent.count)))]
  }

  private mutating func begin(_ number: Int, language: String?) -> [Event] {
    if open?.number == number { return [] }
    // Of an utterance that never ended nothing more will come.
    let end: [Event] = open == nil ? [] : [.transcriptStop]
    open = (number, "")
    return end + [.transcriptStart(language: language)]
  }
}
