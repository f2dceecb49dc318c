import Concurrency
import Devices
import Endpointing
import ModelStore
import SpeechFeatures
import Support
import Synchronization
import Testing
import Transducer

@testable import Recognition

@Suite(.timeLimit(.minutes(5))) struct `Hearing the end` {
  private static let times = EndpointTimes()

  @Test(arguments: [160, 999, 16_000, .max])
  func `the same audio ends at the same place, however it comes`(chunk: Int) async throws {
    let recognizer = try await ScriptedRecognizer()
    let speech = try Speech(pauses: [2.5])
    let live = recognizer.listen(attempts: 40, endingAfter: Self.times)
    var end: Double?
    for samples in speech.chunks(of: min(chunk, speech.samples.count)) where end == nil {
      end = await live.appendUntilEnd(samples)
    }
    let whole = recognizer.listen(attempts: 40, endingAfter: Self.times)
    #expect(end != nil)
    #expect(await whole.appendUntilEnd(speech.samples) == end)
    #expect(try await live.finish().spoken == whole.finish().spoken)
  }

  @Test func `the transcript is ready at the end, and audio after it is dropped`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let speech = try Speech(pauses: [2.5])
    let live = recognizer.listen(attempts: 40, endingAfter: Self.times)
    let end = try #require(await live.appendUntilEnd(speech.samples))
    #expect(end < Double(speech.samples.count) / 16_000)
    live.append(speech.samples)
    #expect(await live.appendUntilEnd(speech.samples) == end)
    let transcript = try await live.finish()
    #expect(transcript.isSpeculative)
    #expect(transcript.endpoint != nil)
    #expect(abs(transcript.audioSeconds - end) < 0.02)
  }

  @Test func `without times only the client ends an utterance`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let live = recognizer.listen()
    #expect(try await live.appendUntilEnd(Speech(pauses: [2.5]).samples) == nil)
    #expect(try await live.finish().endpoint == nil)
    #expect(live.hypothesis == nil)
  }

  @Test func `without attempts the middle time decides`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let live = recognizer.listen(attempts: 0, endingAfter: Self.times)
    _ = try await live.appendUntilEnd(Speech(pauses: [2.5]).samples)
    #expect(try await live.finish().endpoint == .undecided)
  }

  @Test func `a client that leaves does not wait for the text before a pause`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let hang = Gate()
    recognizer.device.change { $0.hang = hang }
    let live = recognizer.listen(attempts: 40, endingAfter: Self.times)
    let samples = try Speech(pauses: [2.5]).samples
    let hearing = Task { await live.appendUntilEnd(samples) }
    try await eventually { recognizer.device.counts.runs.count == 1 }
    hearing.cancel()
    _ = await hearing.value
    hang.open()
  }

  @Test func `an utterance of a weaker voice ends where the loud one did`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let speech = try Speech(pauses: [0.2])
    let samples = Array(speech.samples[..<speech.firstLength])
    let weak = (0..<4).flatMap { _ in samples }.map { $0 * 0.2 }
    let live = recognizer.listen(attempts: 40, endingAfter: Self.times)
    let end = try #require(await live.appendUntilEnd(samples + weak))
    let transcript = try await live.finish()
    #expect(transcript.endpoint == .background)
    #expect(end < Double(samples.count) / 16_000 + 2)
    let last = try #require(recognizer.windows.last)
    #expect(Double(last.frames.upperBound) / 100 < Double(samples.count) / 16_000 + 0.5)
  }
}
