import Testing
import WyomingProtocol

@testable import WyomingServer

@Suite struct `The events of an answer` {
  private let stop = Event.transcriptStop

  @Test func `a transcript stands between its streaming events, as a whole`() {
    var stream = TranscriptEvents()
    #expect(
      stream.transcript("Hello.", of: 1, language: "en") == [
        .transcriptStart(language: "en"), .transcriptChunk("Hello."), .transcript("Hello.", language: "en"),
        stop,
      ])
  }

  @Test func `a transcript of nothing has no chunk`() {
    var stream = TranscriptEvents()
    #expect(
      stream.transcript("", of: 1, language: nil) == [
        .transcriptStart(language: nil), .transcript("", language: nil), stop,
      ])
  }

  @Test func `what is final is sent at once, and the transcript is what was sent`() {
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

  @Test func `nothing is sent twice when all was final before the end`() {
    var stream = TranscriptEvents()
    _ = stream.beginning("One.", of: 1, language: nil)
    #expect(stream.transcript("One.", of: 1, language: nil) == [.transcript("One.", language: nil), stop])
  }

  @Test func `what comes after the transcript that holds it is not sent again`() {
    var stream = TranscriptEvents()
    _ = stream.transcript("One. Two.", of: 1, language: nil)
    #expect(stream.beginning("Two.", of: 1, language: nil).isEmpty)
    #expect(stream.beginning("Next.", of: 2, language: nil).count == 2)
  }

  @Test func `an utterance that is dropped in the middle ends before the next one begins`() {
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
