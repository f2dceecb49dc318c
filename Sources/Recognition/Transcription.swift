internal import Concurrency
public import Devices
public import Transducer

/// The transcription of a recording while it is read: each window is recognized as soon as it is certain, and the
/// reader waits for that. An hour takes no more memory than a window.
///
/// The only window of a short recording is urgent, since somebody may wait for it. The windows of a longer one give way
/// to live speech.
public struct Transcription: Sendable {
  private let recognizer: any WindowRecognizer
  private let context: SpeechContext
  private let limit: Int
  private var utterance: Utterance
  private var assembly: TranscriptAssembly
  private let start = ContinuousClock().now

  init(
    _ recognizer: any WindowRecognizer, _ utterance: Utterance, in context: SpeechContext = SpeechContext()
  ) async throws(DeviceError) {
    self.recognizer = recognizer
    self.context = context
    limit = try await recognizer.knownWindowLimit()
    self.utterance = utterance
    assembly = TranscriptAssembly(for: recognizer)
  }

  /// The duration of the audio that is recognized, in seconds.
  public var recognizedSeconds: Double { Utterance.seconds(assembly.end) }

  /// The final segments of the text so far.
  public var segments: [SpokenText] { assembly.segments }

  /// Appends samples (16 kHz, mono, in [-1, 1]), and waits until the windows that they complete are recognized.
  public mutating func append(_ samples: [Float]) async throws(DeviceError) {
    utterance.append(samples)
    while let window = utterance.nextWindow(limit: limit) { try await recognize(window, .background) }
  }

  /// Ends the recording and returns its transcript. The total time counts from the beginning of the recording.
  public mutating func finish() async throws(DeviceError) -> Transcript {
    let windows = utterance.lastWindows(limit: limit)
    let priority: WorkPriority = assembly.end == 0 && windows.count == 1 ? .urgent : .background
    for window in windows { try await recognize(window, priority) }
    var transcript = assembly.transcript(language: context.language, audioSeconds: utterance.seconds)
    transcript.timings.features = utterance.featureSeconds
    transcript.timings.total = (ContinuousClock().now - start).seconds
    return transcript
  }

  private mutating func recognize(
    _ window: WindowFrames, _ priority: WorkPriority
  ) async throws(DeviceError) {
    let result = try await recognizer.recognize(
      window.window, of: window.frames, in: context, priority: priority)
    assembly.add(result, audioSeconds: utterance.seconds)
  }
}
