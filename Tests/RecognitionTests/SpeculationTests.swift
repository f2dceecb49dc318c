import Acceleration
import SpeechFeatures
import Support
import Synchronization
import Testing
import Transducer

@testable import Recognition

@Suite struct `The plan of speculation` {
  @Test func `it begins when the span is settled, and once`() {
    var plan = SpeculationPlan(limit: 4)
    #expect(plan.heard(nil, isSettled: false) == .nothing)
    #expect(plan.heard(0..<100, isSettled: false) == .nothing)
    #expect(plan.heard(0..<120, isSettled: true) == .start(0..<120))
    #expect(plan.heard(0..<120, isSettled: true) == .nothing)
  }

  @Test func `who speaks on makes it useless`() {
    var plan = SpeculationPlan(limit: 4)
    _ = plan.heard(0..<120, isSettled: true)
    #expect(plan.heard(0..<180, isSettled: false) == .drop)
    #expect(plan.heard(0..<200, isSettled: false) == .nothing)
    #expect(plan.heard(0..<230, isSettled: true) == .start(0..<230))
    #expect(plan.heard(0..<300, isSettled: true) == .restart(0..<300))
  }

  @Test func `there are only so many attempts`() {
    var plan = SpeculationPlan(limit: 2)
    #expect(plan.heard(0..<1, isSettled: true) == .start(0..<1))
    #expect(plan.heard(0..<2, isSettled: true) == .restart(0..<2))
    #expect(plan.heard(0..<3, isSettled: true) == .drop)
    #expect(plan.heard(0..<4, isSettled: true) == .nothing)
  }

  @Test func `one that a busy device did not take is tried again`() {
    var plan = SpeculationPlan(limit: 1)
    _ = plan.heard(0..<9, isSettled: true)
    plan.declined(0..<9)
    #expect(plan.heard(0..<9, isSettled: true) == .start(0..<9))
    plan.declined(0..<7)
    #expect(plan.heard(0..<9, isSettled: true) == .nothing)
  }

  @Test func `thousands of random utterances keep the rules`() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<3000 {
      let limit = Int.random(in: 0...5, using: &random)
      var plan = SpeculationPlan(limit: limit)
      var (starts, length) = (0, 0)
      var running: Range<Int>?
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        if Bool.random(using: &random) { length += Int.random(in: 0...2, using: &random) }
        let isSettled = Bool.random(using: &random)
        let span = length == 0 ? nil : 0..<length
        switch plan.heard(span, isSettled: isSettled) {
        case .nothing: break
        case .drop:
          #expect(running != nil)
          running = nil
        case .start(let new):
          #expect(running == nil && isSettled && new == span)
          (running, starts) = (new, starts + 1)
        case .restart(let new):
          #expect(running != nil && isSettled && new == span)
          (running, starts) = (new, starts + 1)
        }
        #expect(running == plan.span)
        #expect(running == nil || running == span)
      }
      #expect(starts <= limit)
    }
  }
}

@Suite(.timeLimit(.minutes(5))) struct `Recognizing before the end` {
  @Test func `an utterance with silence behind it has its answer when it ends`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let speech = try Speech(pauses: [0.8])
    let speculation = Speculation(recognizer, attempts: 4)
    let utterance = speech.heard(by: speculation, chunk: 1024)
    try await eventually { recognizer.answers == 1 }
    let transcript = try await speculation.transcript(of: utterance)
    #expect(transcript.isSpeculative)
    #expect(transcript.model == "\(try #require(utterance.span))")
    #expect(
      recognizer.count == SpeculationCount(started: 1, used: 1, savedSeconds: recognizer.count.savedSeconds))
  }

  @Test func `one that ends while it is recognized waits for just that`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let hang = Gate()
    recognizer.device.change { $0.hang = hang }
    let speculation = Speculation(recognizer, attempts: 4)
    let utterance = try Speech(pauses: [0.8]).heard(by: speculation, chunk: 1024)
    try await eventually { recognizer.device.counts.runs.count == 1 }
    async let transcript = speculation.transcript(of: utterance)
    hang.open()
    #expect(try await transcript.isSpeculative)
    #expect(recognizer.device.counts.runs.count == 1)
  }

  @Test func `without silence behind it nothing is recognized before the end`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let speculation = Speculation(recognizer, attempts: 4)
    let utterance = try Speech(pauses: [0.1]).heard(by: speculation, chunk: 320)
    #expect(try await !speculation.transcript(of: utterance).isSpeculative)
    #expect(recognizer.count.started == 0)
  }

  @Test func `speech that resumes is recognized as a whole`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let hang = Gate()
    recognizer.device.change { $0.hang = hang }
    let speculation = Speculation(recognizer, attempts: 4)
    let speech = try Speech(pauses: [1, 0.1])
    var utterance = speech.utterance()
    for samples in speech.chunks(of: 1024) {
      utterance.append(samples)
      speculation.heard(utterance)
      // The device takes the first attempt before the speaker goes on.
      if utterance.isSettled { try await eventually { recognizer.device.counts.runs.count == 1 } }
    }
    hang.open()
    let transcript = try await speculation.transcript(of: utterance)
    #expect(transcript.model == "\(try #require(speech.whole.span))")
    #expect(recognizer.count.started == 1)
    #expect(recognizer.count.used == 0)
  }

  @Test func `a busy device is left alone`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let hang = Gate()
    recognizer.device.change { $0.hang = hang }
    let other = try Speech(pauses: [0.1]).whole
    async let others = recognizer.transcribe(other, language: nil, urgency: .wanted, progress: nil)
    try await eventually { recognizer.device.counts.runs.count == 1 }
    let speculation = Speculation(recognizer, attempts: 4)
    let utterance = try Speech(pauses: [0.8]).heard(by: speculation, chunk: 1024)
    #expect(recognizer.count.started == 0)
    hang.open()
    _ = try await others
    #expect(try await speculation.transcript(of: utterance).model == "\(try #require(utterance.span))")
  }

  @Test func `who goes away leaves nothing in the queue`() async throws {
    let recognizer = try await ScriptedRecognizer()
    let hang = Gate()
    recognizer.device.change { $0.hang = hang }
    do {
      let speculation = Speculation(recognizer, attempts: 4)
      _ = try Speech(pauses: [0.8]).heard(by: speculation, chunk: 1024)
      try await eventually { recognizer.device.counts.runs.count == 1 }
    }
    try await eventually { recognizer.failures == 1 }
    hang.open()
  }

  /// The transcript is a pure function of the audio: never of when it came, or of who else was there.
  @Test func `whatever the chunks and pauses, the answer is that of the whole`() async throws {
    var random = SeededGenerator(seed: 6)
    let recognizer = try await ScriptedRecognizer()
    for _ in 0..<60 {
      let pauses = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        Double.random(in: 0...1.2, using: &random)
      }
      let speech = try Speech(pauses: pauses)
      let whole = speech.whole
      let speculation = Speculation(recognizer, attempts: Int.random(in: 0...3, using: &random))
      var utterance = speech.utterance()
      let chunk = [160, 320, 1024, 4096, 50_000].randomElement(using: &random) ?? 160
      for samples in speech.chunks(of: chunk) {
        utterance.append(samples)
        speculation.heard(utterance)
        if Int.random(in: 0..<8, using: &random) == 0 { await Task.yield() }
      }
      #expect(utterance.span == whole.span)
      #expect(utterance.frames() == whole.frames())
      let transcript = try await speculation.transcript(of: utterance)
      #expect(
        transcript.model == whole.span.map { "\($0)" } ?? "nobody", "pauses \(pauses), chunks of \(chunk)")
    }
    #expect(recognizer.count.used > 0 && recognizer.count.wasted > 0)
  }
}

/// A recording said once for each pause, and silence behind it.
private struct Speech {
  let samples: [Float]

  init(pauses: [Double]) throws {
    let recording = try Fixtures.samples("en-01.wav")
    // Without the silence that it has itself.
    let said = recording[...(recording.lastIndex { abs($0) > 0.02 } ?? 0)]
    samples = pauses.flatMap { said + [Float](repeating: 0, count: Int($0 * 16_000)) }
  }

  func utterance() -> Utterance {
    Utterance(extractor: LogMelExtractor(bandCount: 80), ListeningSettings())
  }

  var whole: Utterance {
    var utterance = utterance()
    utterance.append(samples)
    return utterance
  }

  func chunks(of size: Int) -> [[Float]] {
    stride(from: 0, to: samples.count, by: size).map { Array(samples[$0..<min($0 + size, samples.count)]) }
  }

  func heard(by speculation: Speculation, chunk: Int) -> Utterance {
    var utterance = utterance()
    for samples in chunks(of: chunk) {
      utterance.append(samples)
      speculation.heard(utterance)
    }
    return utterance
  }
}

/// Recognizes nothing, on a scripted device; a transcript says in the place of its model what was recognized.
private final class ScriptedRecognizer: SpeculativeRecognizer {
  let device: ScriptedAccelerator
  private let encoders: EncoderService
  private let vocabulary: Vocabulary
  private let state = Mutex((count: SpeculationCount(), answers: 0, failures: 0))

  init() async throws {
    device = .processor(VirtualTime())
    vocabulary = try Vocabulary(parsing: "a 0\n<blk> 1")
    encoders = EncoderService([
      SupervisedDevice(device, shapes: .dynamic(limit: 6000), isOnProbation: false, tell: { _ in })
    ])
    try await encoders.start(onFirstOnly: true)
  }

  var count: SpeculationCount { state.withLock { $0.count } }
  var answers: Int { state.withLock { $0.answers } }
  var failures: Int { state.withLock { $0.failures } }

  var isQuiet: Bool { get async { await encoders.isQuiet } }

  func transcribe(
    _ utterance: Utterance, language: String?, urgency: Urgency, progress: (@Sendable (Double) -> Void)?
  ) async throws(RecognitionError) -> Transcript {
    guard let span = utterance.span else { return transcript("nobody") }
    do {
      _ = try await encoders.encode(utterance.frames(), span, urgency: urgency)
      state.withLock { $0.answers += 1 }
      return transcript("\(span)")
    } catch {
      state.withLock { $0.failures += 1 }
      throw RecognitionError(error)
    }
  }

  private func transcript(_ model: String) -> Transcript {
    Transcript(
      spoken: SpokenText(
        [], vocabulary: vocabulary, frameSeconds: 0.08, limit: 0),
      audioSeconds: 0, timings: Transcript.Timings(), precision: .f32, model: model)
  }

  func countStarted() { state.withLock { $0.count.started += 1 } }

  func countUsed(savedSeconds: Double) {
    state.withLock { state in
      state.count.used += 1
      state.count.savedSeconds += savedSeconds
    }
  }
}
