import Audio
import Devices
import FoundationEssentials
import Glibc
import ModelStore
import Support
import Synchronization
import Testing
import Transducer

@testable import Parakeet
@testable import Recognition
@testable import SpeechEngine

/// Returns the built-in model in f32 on the processor, which gives the tokens of onnx-asr.
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
      for (token, frame) in zip(transcript.spoken.tokens, golden.frames)
      where token.text.contains(where: \.isLetter) {
        #expect(abs(token.start - 0.08 * Double(frame)) < 1e-9, "\(recording)")
      }
    }
  }

  @Test func `an utterance in chunks gives the tokens of the complete utterance`() async throws {
    let recognizer = try await builtinRecognizer()
    let samples = try samples(of: "es-01.wav")
    var chunked = try await recognizer.transcription()
    for start in stride(from: 0, to: samples.count, by: 160) {
      try await chunked.append(Array(samples[start..<min(start + 160, samples.count)]))
    }
    let (one, other) = (try await recognizer.transcribe(samples), try await chunked.finish())
    #expect(one.spoken == other.spoken)
  }

  @Test func `an utterance without audio gives an empty text, and no network runs`() async throws {
    let recognizer = try await builtinRecognizer()
    let transcript = try await recognizer.transcribe([])
    #expect(transcript.text.isEmpty)
    #expect(transcript.device == nil)
    #expect(transcript.timings.decoderSteps == 0)
  }

  @Test(arguments: [1, 100, 159, 160, 320, 1600, 4800])
  func `the shortest audio gives a transcript`(count: Int) async throws {
    let recognizer = try await builtinRecognizer()
    let transcript = try await recognizer.transcribe((0..<count).map { 0.1 * Float(($0 * 37) % 17 - 8) / 8 })
    #expect(transcript.spoken.tokens.allSatisfy { $0.confidence.isFinite })
  }

  @Test func `a single word is recognized as with silence after it`() async throws {
    let recognizer = try await builtinRecognizer()
    var same = 0
    for recording in ["en-01.wav", "en-04.wav", "es-05.wav", "es-08.wav"] {
      for seconds in [0.3, 0.5, 0.8] {
        let word = Array(try samples(of: recording).prefix(Int(seconds * 16_000)))
        let silence = [Float](repeating: 0, count: 16_000 - word.count)
        let transcript = try await recognizer.transcribe(word)
        #expect(!transcript.text.isEmpty)
        #expect(transcript.spoken.tokens.allSatisfy { $0.end <= seconds + 1e-9 })
        if transcript.text == (try await recognizer.transcribe(word + silence)).text { same += 1 }
      }
    }
    // At the end of the audio two frames differ. Without silence after it, most texts break off.
    #expect(same >= 7)
  }

  @Test func `a single word without silence around it is not dropped`() async throws {
    let recognizer = Recognizer(
      model: try ModelDirectory.find("builtin"), settings: ComputeSettings(device: .cpu, precision: .f32))
    // A tone as steady as a vowel cut out of a word.
    func tone(_ seconds: Double, _ level: Float) -> [Float] {
      (0..<Int(seconds * 16_000)).map { index in
        (1...8).reduce(0) { $0 + level / 8 * Float(sin(Double(index * $1) * 2 * .pi * 150 / 16_000)) }
      }
    }
    #expect(try await recognizer.transcribe(tone(0.3, 0.3)).device != nil)
    #expect(try await recognizer.transcribe(tone(0.7, 0.3)).device == nil)
    #expect(try await recognizer.transcribe(tone(0.3, 0)).device == nil)
  }

  @Test func `quiet speech is recognized as well as loud speech`() async throws {
    let model = try ModelDirectory.find("builtin")
    var off = ListeningSettings.everything
    off.maximumGain = 0
    let amplifying = Recognizer(
      model: model, settings: ComputeSettings(device: .cpu, precision: .f32), listening: .everything)
    let plain = Recognizer(
      model: model, settings: ComputeSettings(device: .cpu, precision: .f32), listening: off)
    let golden = try Fixtures.tokens()
    var (right, rightWithout) = (0, 0)
    for (recording, expected) in golden where recording.hasSuffix(".wav") {
      // By 106 dB: so quiet that the logarithm's guard hides the speech.
      let quiet = try samples(of: recording).map { $0 * 0.000_005 }
      if try await amplifying.transcribe(quiet).text == expected.text { right += 1 }
      if try await plain.transcribe(quiet).text == expected.text { rightWithout += 1 }
      // Loud speech does not change, to the bit.
      let loud = try samples(of: recording)
      let (one, other) = (try await amplifying.transcribe(loud), try await plain.transcribe(loud))
      #expect(one.spoken == other.spoken)
    }
    #expect(right >= rightWithout + 4, "\(right), without \(rightWithout)")
  }

  @Test func `utterances that end at the same time give the texts that they give alone`() async throws {
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

  @Test func `an utterance loads the model if it is not loaded`() async throws {
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
