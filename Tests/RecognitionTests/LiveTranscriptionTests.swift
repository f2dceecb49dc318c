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

/// A recording repeated once for each pause, with the pause after it.
private struct Speech {
  let samples: [Float]
  /// The number of samples in the recording, without the silence after it.
  let firstLength: Int

  init(pauses: [Double]) throws {
    let recording = try Fixtures.samples("en-01.wav")
    // Trims the recording's own silence.
    let said = recording[...(recording.lastIndex { abs($0) > 0.02 } ?? 0)]
    samples = pauses.flatMap { said + [Float](repeating: 0, count: Int($0 * 16_000)) }
    firstLength = said.count
  }

  func chunks(of size: Int) -> [[Float]] {
    stride(from: 0, to: samples.count, by: size).map { Array(samples[$0..<min($0 + size, samples.count)]) }
  }
}

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

/// A recognizer on a scripted device that makes tokens from the bounds of the windows it gets.
private final class ScriptedRecognizer: WindowRecognizer {
  let device: ScriptedAccelerator
  let model: ModelDescription
  let languages: SpokenLanguages
  let windowLimit: Int?
  private let encoders: EncoderService
  private let state = Mutex(State())

  private struct State {
    var count = SpeculationCount()
    var windows: [Window] = []
    var languages: [String?] = []
    var (begun, results, failures, failuresToCome) = (0, 0, 0, 0)
  }

  init(windowLimit: Int = 6000) async throws {
    device = .processor(VirtualTime())
    model = try ModelDirectory.find(ModelDirectory.builtin).summary
    languages = SpokenLanguages(of: model, forcesScript: true) { _ in }
    self.windowLimit = windowLimit
    encoders = EncoderService([
      EncoderDevice(device, shapes: .dynamic(limit: 6000), selfTest: nil, onEvent: { _ in })
    ])
    try await encoders.start(onFirstOnly: true)
  }

  var count: SpeculationCount { state.withLock { $0.count } }
  var results: Int { state.withLock { $0.results } }
  var failures: Int { state.withLock { $0.failures } }
  /// The windows so far.
  var windows: [Window] { state.withLock { $0.windows } }
  /// The requested languages, in the order of the windows.
  var languagesRequested: [String?] { state.withLock { $0.languages } }
  var isIdle: Bool { state.withLock { $0.begun == $0.results + $0.failures } }

  var isQuiet: Bool { get async { await encoders.isQuiet } }

  func knownWindowLimit() async throws(DeviceError) -> Int { windowLimit ?? 6000 }

  private var utterance: Utterance {
    Utterance(extractor: LogMelExtractor(bandCount: 80), ListeningSettings())
  }

  func listen(
    attempts: Int = 4, endingAfter times: EndpointTimes? = nil,
    onSegment: @escaping @Sendable (SpokenText) -> Void = { _ in }
  ) -> LiveTranscription {
    LiveTranscription(
      self, utterance, attempts: attempts,
      search: times.map { times in
        // No time passes, however busy this machine is.
        let start = ContinuousClock.now
        return EndpointSearch(times, trailingPad: 0.3) { start }
      },
      onSegment: onSegment)
  }

  func listen(to speech: Speech, chunk: Int) -> LiveTranscription {
    let live = listen()
    for samples in speech.chunks(of: chunk) { live.append(samples) }
    return live
  }

  /// Returns the transcript of a complete recording.
  func whole(_ speech: Speech) async throws -> Transcript {
    var transcription = try await Transcription(self, utterance)
    try await transcription.append(speech.samples)
    return try await transcription.finish()
  }

  /// Makes the next recognitions fail.
  func fail(times: Int) { state.withLock { $0.failuresToCome = times } }

  func recognize(
    _ window: Window, of frames: LogMelFrames, in context: SpeechContext, priority: WorkPriority
  ) async throws(DeviceError) -> WindowResult {
    let fails = state.withLock { state in
      state.begun += 1
      state.windows.append(window)
      state.languages.append(context.language)
      defer { state.failuresToCome = max(0, state.failuresToCome - 1) }
      return state.failuresToCome > 0
    }
    do throws(DeviceError) {
      if fails { throw .failed(device: "CPU", why: "the test made it fail") }
      _ = try await encoders.encode(frames, window.frames, priority: priority)
    } catch {
      state.withLock { $0.failures += 1 }
      throw error
    }
    state.withLock { $0.results += 1 }
    let emissions = [window.frames.lowerBound, window.frames.upperBound].map {
      Emission(token: Int32($0 % 200 + 1), frame: $0 / 8, duration: 1, confidence: 1)
    }
    return WindowResult(
      window: window, emissions: emissions, encoderSeconds: 0.1, decoderSeconds: 0.1, decoderSteps: 1,
      device: "CPU", isFromCache: false, precision: .f32)
  }

  func countStarted() { state.withLock { $0.count.started += 1 } }

  func countUsed(savedSeconds: Double) {
    state.withLock { state in
      state.count.used += 1
      state.count.savedSeconds += savedSeconds
    }
  }
}
