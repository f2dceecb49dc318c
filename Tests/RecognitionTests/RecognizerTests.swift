import Audio
import FoundationEssentials
import Glibc
import ModelStore
import Support
import Synchronization
import Testing
import Transducer

@testable import Recognition

/// The built-in model in f32 on the processor: what onnx-asr computes, token for token.
private func builtinRecognizer(windowSeconds: Double = 60) async throws -> Recognizer {
  var settings = ComputeSettings(device: .cpu, precision: .f32)
  settings.windowSeconds = windowSeconds
  let recognizer = Recognizer(
    model: try ModelDirectory.find("builtin"), settings: settings, listening: .everything)
  try await recognizer.prepare()
  return recognizer
}

private func samples(of recording: String) throws -> [Float] {
  var reader = try AudioReader(path: Fixtures.recording(recording))
  var samples: [Float] = []
  while let part = try reader.next() { samples += part }
  return samples
}

@Suite struct `Recognition with the built-in model` {
  @Test func `every recording gives the tokens of onnx-asr`() async throws {
    let recognizer = try await builtinRecognizer()
    for (recording, golden) in try Fixtures.tokens() {
      let transcript = try await recognizer.transcribe(try samples(of: recording))
      #expect(transcript.spoken.tokens.map(\.id) == golden.ids, "\(recording)")
      #expect(transcript.text == golden.text, "\(recording)")
      #expect(transcript.device == "CPU")
      for (token, logprob) in zip(transcript.spoken.tokens, golden.logprobs) {
        #expect(abs(token.confidence - exp(logprob)) < 1e-3, "\(recording)")
      }
      for (token, frame) in zip(transcript.spoken.tokens, golden.frames) where token.text != "." {
        #expect(abs(token.start - 0.08 * Double(frame)) < 1e-9, "\(recording)")
      }
    }
  }

  @Test func `an utterance in chunks is the utterance as a whole`() async throws {
    let recognizer = try await builtinRecognizer()
    let samples = try samples(of: "es-01.wav")
    var chunked = try await recognizer.transcription()
    for start in stride(from: 0, to: samples.count, by: 160) {
      try await chunked.append(Array(samples[start..<min(start + 160, samples.count)]))
    }
    let (one, other) = (try await recognizer.transcribe(samples), try await chunked.finish())
    #expect(one.spoken == other.spoken)
  }

  @Test func `no audio is no text, and no network runs`() async throws {
    let recognizer = try await builtinRecognizer()
    let transcript = try await recognizer.transcribe([])
    #expect(transcript.text.isEmpty)
    #expect(transcript.device == nil)
    #expect(transcript.timings.decoderSteps == 0)
  }

  @Test(arguments: [1, 100, 159, 160, 320, 1600, 4800])
  func `the shortest audio is answered`(count: Int) async throws {
    let recognizer = try await builtinRecognizer()
    let transcript = try await recognizer.transcribe((0..<count).map { 0.1 * Float(($0 * 37) % 17 - 8) / 8 })
    #expect(transcript.spoken.tokens.allSatisfy { $0.confidence.isFinite })
  }

  @Test func `utterances that end at the same time get the text they get alone`() async throws {
    let recognizer = try await builtinRecognizer()
    let golden = try Fixtures.tokens()
    let recordings = ["en-01.wav", "en-03.wav", "es-01.wav", "es-02.wav", "es-05.wav"]
    try await withThrowingTaskGroup(of: (String, String).self) { group in
      for recording in recordings {
        let samples = try samples(of: recording)
        group.addTask { (recording, try await recognizer.transcribe(samples).text) }
      }
      for try await (recording, text) in group { #expect(text == golden[recording]?.text) }
    }
  }

  @Test func `an utterance that ends while the model loads waits for it`() async throws {
    let recognizer = Recognizer(
      model: try ModelDirectory.find("builtin"), settings: ComputeSettings(device: .cpu, precision: .f32),
      listening: .everything)
    async let loaded: Void = recognizer.prepare()
    try await loaded
    #expect(try await recognizer.transcribe(try samples(of: "en-01.wav")).text == "Open the garden blinds.")
  }

  @Test func `an utterance loads the model if nobody else has`() async throws {
    let recognizer = Recognizer(
      model: try ModelDirectory.find("builtin"), settings: ComputeSettings(device: .cpu, precision: .f32),
      listening: .everything)
    #expect(try await recognizer.transcribe(try samples(of: "en-01.wav")).text == "Open the garden blinds.")
  }

  @Test func `a recording of any length is recognized window by window while it is read`() async throws {
    let recognizer = try await builtinRecognizer(windowSeconds: 5)
    let once = try samples(of: "en-01.wav")
    var transcription = try await recognizer.transcription()
    var recognized: [Double] = []
    for _ in 0..<40 {
      try await transcription.append(once)
      recognized.append(transcription.recognizedSeconds)
    }
    let transcript = try await transcription.finish()
    #expect(recognized == recognized.sorted() && Set(recognized).count > 10)
    #expect(transcript.segments.count > 10)
    #expect(transcript.spoken.tokens.map(\.start) == transcript.spoken.tokens.map(\.start).sorted())
  }
}
