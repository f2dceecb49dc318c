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

/// A recognizer on a scripted device that makes tokens from the bounds of the windows it gets.
final class ScriptedRecognizer: WindowRecognizer {
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

/// A recording repeated once for each pause, with the pause after it.
struct Speech {
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
