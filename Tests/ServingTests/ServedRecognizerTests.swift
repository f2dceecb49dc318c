import Audio
import Devices
import ModelStore
import SpeechEngine
import Support
import Testing

@testable import Recognition
@testable import Serving
@testable import StatusReport

@Suite struct `A served recognizer` {
  private func card(_ languages: [String]) -> ModelCard {
    ModelCard(name: "tiny", description: "", maker: ModelCard.Maker(name: "", url: ""), languages: languages)
  }

  private func recognizer() throws -> Recognizer {
    Recognizer(model: try ModelDirectory.find("builtin"), settings: ComputeSettings())
  }

  @Test func `a model that is still fetched is described as far as it is known`() {
    let model = ServedRecognizer(card([]), isFetched: false)
    #expect(model.card.languages == [])
    model.fetched(card(["en"]))
    #expect(model.card == card(["en"]))
  }

  @Test func `an utterance that waits for its model is told the reason`() throws {
    let model = ServedRecognizer(card([]), isFetched: false)
    #expect(model.notReadyReason == "the model is still being fetched")
    model.fetched(card([]))
    #expect(model.notReadyReason == "the model is still loading")
    model.arrived(try recognizer())
    #expect(model.notReadyReason == "the model is still loading")
    model.ready()
    #expect(model.notReadyReason == nil)
  }

  @Test func `the status of a server follows its model from the hub to the devices`() throws {
    let model = ServedRecognizer(card(["en"]), isFetched: false)
    #expect(model.status == ServerStatus(model: "tiny", progress: .fetching, devices: []))
    model.fetched(card(["en"]))
    #expect(model.status == ServerStatus(model: "tiny", progress: .loading, devices: []))
    model.arrived(try recognizer())
    model.ready()
    // The devices are unknown until the recognizer prepares them.
    #expect(model.status == ServerStatus(model: "tiny", progress: .ready, devices: []))
    #expect(SpeechService(model: model).status == model.status)
  }

  @Test func `a recognizer resumes all utterances that wait for it, and later ones do not wait`() async throws
  {
    let model = ServedRecognizer(card([]))
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
    let model = ServedRecognizer(card([]))
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
      let bytes = samples[start..<min(start + 1000, samples.count)].flatMap { sample in
        let value = UInt16(bitPattern: Int16(sample * 32_768))
        return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
      }
      let format = try PCMFormat(sampleRate: 16_000, bytesPerSample: 2, channels: 1)
      _ = try await early.append(bytes, format)
      _ = try await late.append(bytes, format)
    }
    let (kept, live) = (try early.finished(), try late.finished())
    #expect(kept.samples == samples)
    #expect(live.samples == nil)
    let transcript = try await kept.transcript(by: loaded)
    #expect(transcript.text == "Open the garden blinds.")
    #expect(try await live.transcript(by: loaded).spoken == transcript.spoken)
  }
}
