internal import WyomingProtocol

/// The events that answer the utterances of one client: what is final of a transcript is sent at once, and the `transcript`
/// is exactly what was sent piece by piece.
struct AnswerStream {
  /// Utterances are numbered in the order in which they begin. This one, and those before, are answered.
  private var answered = 0
  /// An utterance of which something was sent, and what.
  private var open: (number: Int, text: String)?

  /// A piece of a transcript is final.
  mutating func segment(_ text: String, of number: Int, language: String?) -> [Event] {
    // Late is what the transcript holds already.
    guard number > answered, !text.isEmpty else { return [] }
    var events = begin(number, language: language)
    let piece = open?.text.isEmpty ?? true ? text : " " + text
    open?.text += piece
    events.append(.transcriptChunk(piece))
    return events
  }

  /// The whole transcript is there.
  mutating func transcript(_ text: String, of number: Int, language: String?) -> [Event] {
    var events = begin(number, language: language)
    let sent = open?.text ?? ""
    if text.utf8.count > sent.utf8.count {
      events.append(.transcriptChunk(String(text.dropFirst(sent.count))))
    }
    answered = number
    open = nil
    return events + [.transcript(text, language: language), .transcriptStop]
  }

  private mutating func begin(_ number: Int, language: String?) -> [Event] {
    if open?.number == number { return [] }
    // Of an utterance that never ended nothing more will come.
    let end: [Event] = open == nil ? [] : [.transcriptStop]
    open = (number, "")
    return end + [.transcriptStart(language: language)]
  }
}
