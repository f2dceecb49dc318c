import Devices
import ModelStore
import NIOCore
import SpeechEngine
import Support
import Testing
import WyomingProtocol

@testable import Recognition
@testable import WyomingServer
@testable import WyomingStatus

@Suite struct `A served recognizer` {
  private func program(_ languages: [String]) -> SpeechProgram {
    let artifact = Artifact(name: "tiny", description: "", version: "", attribution: (name: "", url: ""))
    return SpeechProgram(artifact, models: [SpeechProgram.Model(artifact, languages: languages)])
  }

  private func recognizer() throws -> Recognizer {
    Recognizer(model: try ModelDirectory.find("builtin"), settings: ComputeSettings())
  }

  @Test func `a model that is still fetched is described as far as it is known`() {
    let model = ServedRecognizer(program([]), isFetched: false)
    #expect(model.languages == [])
    model.fetched(program(["en"]))
    #expect(model.program == program(["en"]))
  }

  @Test func `an utterance that waits for its model is told the reason`() throws {
    let model = ServedRecognizer(program([]), isFetched: false)
    #expect(model.notReadyReason == "the model is still being fetched")
    model.fetched(program([]))
    #expect(model.notReadyReason == "the model is still loading")
    model.arrived(try recognizer())
    #expect(model.notReadyReason == "the model is still loading")
    model.ready()
    #expect(model.notReadyReason == nil)
  }

  @Test func `the status of a server follows its model from the hub to the devices`() throws {
    let model = ServedRecognizer(program(["en"]), isFetched: false)
    #expect(model.status == ServerStatus(model: "tiny", progress: .fetching, devices: []))
    model.fetched(program(["en"]))
    #expect(model.status == ServerStatus(model: "tiny", progress: .loading, devices: []))
    model.arrived(try recognizer())
    model.ready()
    // The devices are unknown until the recognizer prepares them.
    #expect(model.status == ServerStatus(model: "tiny", progress: .ready, devices: []))
    #expect(SpeechService(model: model).status == Event(type: "lorikeet-status", data: model.status.json))
  }

  @Test func `a recognizer resumes all utterances that wait for it, and later ones do not wait`() async throws
  {
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

  @Test func `an utterance that is cancelled does not wait for its recognizer`() async throws {
    let model = ServedRecognizer(program([]))
    await #expect(throws: CancellationError.self) {
      try await withThrowingTaskGroup(of: Recognizer.self) { group in
        group.addTask { try await model.awaited() }
        group.cancelAll()
        _ = try await group.next()
      }
    }
  }

  @Test func `an utterance that began before its model was there gets the same text`() async throws {
    let loaded = try recognizer()
    let samples = try Fixtures.samples("en-01.wav")
    var early = UtteranceIntake(for: nil)
    var late = UtteranceIntake(for: loaded)
    for start in stride(from: 0, to: samples.count, by: 1000) {
      var bytes = ByteBuffer()
      for sample in samples[start..<min(start + 1000, samples.count)] {
        bytes.writeInteger(Int16(sample * 32_768), endianness: .little)
      }
      _ = try await early.append(bytes, Session.AudioFormat())
      _ = try await late.append(bytes, Session.AudioFormat())
    }
    let (kept, live) = (try early.finished(), try late.finished())
    #expect(kept.samples == samples)
    #expect(live.samples == nil)
    let transcript = try await kept.transcript(by: loaded)
    #expect(transcript.text == "Open the garden blinds.")
    #expect(try await live.transcript(by: loaded).spoken == transcript.spoken)
  }
}
