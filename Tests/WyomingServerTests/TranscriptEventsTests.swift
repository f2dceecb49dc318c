import Testing
import WyomingProtocol

@testable import WyomingServer

@Suite struct `The events of a transcript` {
  private let stop = Event.transcriptStop

  @Test func `a whole transcript is sent between its streaming events`() {
    var stream = TranscriptEvents()
    #expect(
      stream.transcript("Hello.", of: 1, language: "en") == [
        .transcriptStart(language: "en"), .transcriptChunk("Hello."), .transcript("Hello.", language: "en"),
        stop,
      ])
  }

  @Test func `an empty transcript has no chunk`() {
    var stream = TranscriptEvents()
    #expect(
      stream.transcript("", of: 1, language: nil) == [
        .transcriptStart(language: nil), .transcript("", language: nil), stop,
      ])
  }

  @Test func `final text is sent at once, and the transcript equals the text that was sent`() {
    var stream = TranscriptEvents()
    #expect(
      stream.beginning("One.", of: 1, language: nil) == [
        .transcriptStart(language: nil), .transcriptChunk("One."),
      ])
    #expect(stream.beginning("One. Two.", of: 1, language: nil) == [.transcriptChunk(" Two.")])
    #expect(
      stream.transcript("One. Two. Three.", of: 1, language: nil) == [
        .transcriptChunk(" Three."), .transcript("One. Two. Three.", language: nil), stop,
      ])
  }

  @Test func `a transcript that was final before the end is not sent twice`() {
    var stream = TranscriptEvents()
    _ = stream.beginning("One.", of: 1, language: nil)
    #expect(stream.transcript("One.", of: 1, language: nil) == [.transcript("One.", language: nil), stop])
  }

  @Test func `final text that arrives after its transcript is not sent again`() {
    var stream = TranscriptEvents()
    _ = stream.transcript("One. Two.", of: 1, language: nil)
    #expect(stream.beginning("Two.", of: 1, language: nil).isEmpty)
    #expect(stream.beginning("Next.", of: 2, language: nil).count == 2)
  }

  @Test func `the events of an utterance that is dropped end before those of the next one begin`() {
    var stream = TranscriptEvents()
    _ = stream.beginning("One.", of: 1, language: nil)
    #expect(
      stream.transcript("Other.", of: 2, language: nil) == [
        stop, .transcriptStart(language: nil), .transcriptChunk("Other."),
        .transcript("Other.", language: nil), stop,
      ])
    #expect(stream.beginning("Two.", of: 1, language: nil).isEmpty)
  }
}
