import Devices
import ModelStore
import SpeechEngine
import Support
import Testing
import WyomingProtocol

@testable import Recognition
@testable import WyomingServer

@Suite struct `A model that is served before it is there` {
  private func program(_ languages: [String]) -> SpeechProgram {
    let artifact = Artifact(name: "tiny", description: "", version: "", attribution: (name: "", url: ""))
    return SpeechProgram(artifact, models: [SpeechProgram.Model(artifact, languages: languages)])
  }

  private func recognizer() throws -> Recognizer {
    Recognizer(model: try ModelDirectory.find("builtin"), settings: ComputeSettings())
  }

  @Test func `is described as far as it is known`() {
    let model = ServedRecognizer(program([]), isFetched: false)
    #expect(model.languages == [])
    model.fetched(program(["en"]))
    #expect(model.program == program(["en"]))
  }

  @Test func `says what keeps an utterance waiting`() throws {
    let model = ServedRecognizer(program([]), isFetched: false)
    #expect(model.notReadyReason == "the model is still being fetched")
    model.fetched(program([]))
    #expect(model.notReadyReason == "the model is still loading")
    model.arrived(try recognizer())
    #expect(model.notReadyReason == "the model is still loading")
    model.ready()
    #expect(model.notReadyReason == nil)
  }

  @Test func `is waited for by everybody, and then there at once`() async throws {
    let model = ServedRecognizer(program([]))
    let loaded = try recognizer()
    try await withThrowingTaskGroup(of: Recognizer.self) { group in
      for _ in 0..<10 { group.addTask { try await model.awaited() } }
      group.addTask {
        model.arrived(loaded)
        return loaded
      }
      for try await recognizer in group { #expect(recognizer === loaded) }
    }
    #expect(try await model.awaited() === loaded)
  }

  @Test func `is not waited for by who is cancelled`() async throws {
    let model = ServedRecognizer(program([]))
    await #expect(throws: CancellationError.self) {
      try await withThrowingTaskGroup(of: Recognizer.self) { group in
        group.addTask { try await model.awaited() }
        group.cancelAll()
        _ = try await group.next()
      }
    }
  }

  @Test func `has its utterances heard as samples, which come to the same text`() async throws {
    let loaded = try recognizer()
    let samples = try Fixtures.samples("en-01.wav")
    var early = HeardAudio(for: nil)
    var late = HeardAudio(for: loaded)
    for start in stride(from: 0, to: samples.count, by: 1000) {
      let piece = Array(samples[start..<min(start + 1000, samples.count)])
      early.append(piece)
      late.append(piece)
    }
    #expect(early.samples == samples)
    #expect(late.samples == nil)
    let transcript = try await early.transcript(by: loaded, language: nil)
    #expect(transcript.text == "Open the garden blinds.")
    #expect(try await late.transcript(by: loaded, language: nil).spoken == transcript.spoken)
  }
}
