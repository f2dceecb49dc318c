internal import Serving
internal import WyomingProtocol

/// The events that answer the utterances of one client: final text is sent at once, and the `transcript` equals the
/// text that was sent in chunks.
struct TranscriptEvents {
  /// The number of the last utterance that was answered. Utterances are numbered in the order in which they begin.
  private var answered = 0
  /// The utterance whose events have begun, and the text that was sent of it.
  private var open: (number: Int, text: GrowingText)?

  /// Returns the events for the final beginning of a transcript.
  ///
  /// - Parameter text: All final text; it begins with the final text of earlier calls.
  mutating func beginning(_ text: String, of number: Int, language: String?) -> [Event] {
    // A transcript that was sent holds this text already.
    guard number > answered, !text.isEmpty else { return [] }
    return begin(number, language: language) + send(upTo: text)
  }

  /// Returns the events for a complete transcript.
  mutating func transcript(_ text: String, of number: Int, language: String?) -> [Event] {
    let events = begin(number, language: language) + send(upTo: text)
    answered = number
    open = nil
    return events + [.transcript(text, language: language), .transcriptStop]
  }

  private mutating func send(upTo text: String) -> [Event] {
    open?.text.grow(to: text).map { [.transcriptChunk($0)] } ?? []
  }

  private mutating func begin(_ number: Int, language: String?) -> [Event] {
    if open?.number == number { return [] }
    // An open utterance that never ended was dropped.
    let end: [Event] = open == nil ? [] : [.transcriptStop]
    open = (number, GrowingText())
    return end + [.transcriptStart(language: language)]
  }
}
