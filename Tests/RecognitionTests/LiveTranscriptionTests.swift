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

@Suite(.timeLimit(.minutes(5))) struct `Recognizing before the end` {
  @Test func `an utterance followed by silence has its transcript when it ends`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let speech = try Speech(pauses: [0.8])
    let live = recognizer.listen(to: speech, chunk: 1024)
    try await eventually { recognizer.results == 1 }
    let transcript = try await live.finish()
    #expect(transcript.isSpeculative)
    #expect(try await transcript.spoken == recognizer.whole(speech).spoken)
    #expect(
      recognizer.count == SpeculationCount(started: 1, used: 1, savedSeconds: recognizer.count.savedSeconds))
  }

  @Test func `an utterance that ends during an attempt waits for that attempt only`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let hang = Gate()
    recognizer.device.change { $0.hang = hang }
    let live = try recognizer.listen(to: Speech(pauses: [0.8]), chunk: 1024)
    try await eventually { recognizer.device.counts.runs.count == 1 }
    async let transcript = live.finish()
    hang.open()
    #expect(try await transcript.isSpeculative)
    #expect(recognizer.device.counts.runs.count == 1)
  }

  @Test func `an utterance without silence after it is not recognized before its end`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let live = try recognizer.listen(to: Speech(pauses: [0.1]), chunk: 320)
    #expect(try await !live.finish().isSpeculative)
    #expect(recognizer.count.started == 0)
  }

  @Test func `an utterance that resumes after an attempt is recognized as a whole`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let hang = Gate()
    recognizer.device.change { $0.hang = hang }
    let speech = try Speech(pauses: [1, 0.1])
    let live = recognizer.listen()
    for (index, samples) in speech.chunks(of: 1024).enumerated() {
      live.append(samples)
      // The device takes the first attempt before the speaker goes on.
      if index * 1024 > speech.firstLength + 12_000 {
        try await eventually { recognizer.device.counts.runs.count == 1 }
      }
    }
    hang.open()
    let transcript = try await live.finish()
    #expect(try await transcript.spoken == recognizer.whole(speech).spoken)
    #expect(recognizer.count.started == 1)
    #expect(recognizer.count.used == 0)
  }

  @Test func `an utterance is not recognized early while the device is busy`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let hang = Gate()
    recognizer.device.change { $0.hang = hang }
    let other = try Speech(pauses: [0.1])
    async let others = recognizer.whole(other)
    try await eventually { recognizer.device.counts.runs.count == 1 }
    let speech = try Speech(pauses: [0.8])
    let live = recognizer.listen(to: speech, chunk: 1024)
    #expect(recognizer.count.started == 0)
    hang.open()
    _ = try await others
    #expect(try await live.finish().spoken == recognizer.whole(speech).spoken)
  }

  @Test func `a client that leaves after an utterance leaves no work in the queue`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let hang = Gate()
    recognizer.device.change { $0.hang = hang }
    do {
      let live = try recognizer.listen(to: Speech(pauses: [0.8]), chunk: 1024)
      try await eventually { recognizer.device.counts.runs.count == 1 }
      withExtendedLifetime(live) {}
    }
    try await eventually { recognizer.failures == 1 }
    hang.open()
  }

  @Test func `a client that leaves during a dictation leaves no work in the queue`() async throws {
    let recognizer = try await ScriptedRecognizer(windowLimit: 300)
    let hang = Gate()
    recognizer.device.change { $0.hang = hang }
    do {
      let live = try recognizer.listen(to: Speech(pauses: [1, 1, 1, 1, 0]), chunk: 1024)
      try await eventually { recognizer.device.counts.runs.count == 1 }
      withExtendedLifetime(live) {}
    }
    try await eventually { recognizer.failures >= 1 }
    hang.open()
    #expect(recognizer.results == 0)
  }

  @Test func `a long dictation is recognized while it arrives, all but its last window`() async throws {
    let recognizer = try await ScriptedRecognizer(windowLimit: 300)
    let speech = try Speech(pauses: [1, 1, 1, 1, 0.1])
    let reported = Log<SpokenText>()
    let live = recognizer.listen(attempts: 0) { reported.append($0) }
    for samples in speech.chunks(of: 1024) { live.append(samples) }
    try await eventually { reported.all.count == 4 }
    let before = recognizer.results
    let transcript = try await live.finish()
    #expect(before == 4 && recognizer.results == 5)
    #expect(transcript.segments.count == 5)
    #expect(Array(transcript.segments.prefix(4)) == reported.all)
    #expect(transcript.text == transcript.segments.map(\.text).joined(separator: " "))
  }

  @Test func `a window recognized in a pause is not recognized again when the speaker goes on`() async throws
  {
    let recognizer = try await ScriptedRecognizer(windowLimit: 300)
    let speech = try Speech(pauses: [1.5, 1.5, 1.5, 0.1])
    let live = recognizer.listen()
    for samples in speech.chunks(of: 1600) {
      live.append(samples)
      try await eventually { recognizer.isIdle }
    }
    let transcript = try await live.finish()
    #expect(try await transcript.spoken == recognizer.whole(speech).spoken)
    #expect(recognizer.count.used > 0)
    // Nothing of the dictation was recognized twice.
    let windows = recognizer.windows.prefix { $0 != recognizer.windows.last }
    #expect(Set(windows).count == windows.count)
  }

  @Test func `an attempt in another language is not used for the transcript`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let live = recognizer.listen()
    live.expect(SpeechContext(language: "es"))
    for samples in try Speech(pauses: [0.8]).chunks(of: 1024) { live.append(samples) }
    try await eventually { recognizer.isIdle && recognizer.results == 1 }
    live.expect(SpeechContext(language: "es"))
    live.expect(SpeechContext(language: "ru"))
    let transcript = try await live.finish()
    #expect(recognizer.languagesRequested == ["es", "ru"])
    #expect(transcript.language == "ru" && !transcript.isSpeculative)
    #expect(recognizer.count.used == 0)
  }

  @Test func `an attempt in the requested language is used for the transcript`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let live = recognizer.listen()
    live.expect(SpeechContext(language: "es"))
    for samples in try Speech(pauses: [0.8]).chunks(of: 1024) { live.append(samples) }
    try await eventually { recognizer.isIdle && recognizer.results == 1 }
    let transcript = try await live.finish()
    #expect(recognizer.languagesRequested == ["es"])
    #expect(transcript.language == "es" && transcript.isSpeculative)
  }

  @Test func `a client that changes the language again and again gets a limited number of attempts`()
    async throws
  {
    let recognizer = try await ScriptedRecognizer()
    let live = recognizer.listen(attempts: 2)
    for samples in try Speech(pauses: [0.8]).chunks(of: 1024) { live.append(samples) }
    for number in 0..<20 {
      live.expect(SpeechContext(language: "x\(number)"))
      live.append([Float](repeating: 0, count: 160))
      try await eventually { recognizer.isIdle }
    }
    _ = try await live.finish()
    #expect(recognizer.languagesRequested.count <= 3)
  }

  @Test func `a dictation that no device can recognize fails, and the next one succeeds`() async throws {
    let recognizer = try await ScriptedRecognizer(windowLimit: 300)
    let speech = try Speech(pauses: [1, 1, 0.8])
    let live = recognizer.listen(attempts: 0)
    recognizer.fail(times: 1)
    for samples in speech.chunks(of: 1024) { live.append(samples) }
    await #expect(throws: DeviceError.self) { try await live.finish() }
    let again = recognizer.listen(to: speech, chunk: 1024)
    #expect(try await again.finish().spoken == recognizer.whole(speech).spoken)
  }

  /// The transcript is a pure function of the audio, not of its timing or of other clients.
  @Test(arguments: [6000, 300, 150])
  func `a live transcript equals that of the complete recording for any chunks and pauses`(windowLimit: Int)
    async throws
  {
    var random = SeededGenerator(seed: 6)
    let recognizer = try await ScriptedRecognizer(windowLimit: windowLimit)
    for _ in 0..<40 {
      let pauses = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        Double.random(in: 0...1.2, using: &random) * (Int.random(in: 0...5, using: &random) == 0 ? 4 : 1)
      }
      let speech = try Speech(pauses: pauses)
      let live = recognizer.listen(attempts: Int.random(in: 0...3, using: &random))
      let chunk = [160, 320, 1024, 4096, 50_000].randomElement(using: &random) ?? 160
      for samples in speech.chunks(of: chunk) {
        live.append(samples)
        if Int.random(in: 0..<8, using: &random) == 0 { await Task.yield() }
      }
      let whole = try await recognizer.whole(speech)
      let transcript = try await live.finish()
      #expect(transcript.segments == whole.segments, "pauses \(pauses), chunks of \(chunk)")
    }
    #expect(recognizer.count.used > 0 && recognizer.count.wasted > 0)
  }
}
