internal import Concurrency
public import Devices

/// A recording that is transcribed while it is read: each window is recognized as soon as it is certain, and whoever reads
/// waits for that. So an hour takes no more memory than a window.
public struct Transcription: Sendable {
  private let recognizer: any WindowRecognizer
  private let language: String?
  private let limit: Int
  private var utterance: Utterance
  private var assembly: TranscriptAssembly
  private let start = ContinuousClock().now

  init(
    _ recognizer: any WindowRecognizer, _ utterance: Utterance, language: String? = nil
  ) async throws(DeviceError) {
    self.recognizer = recognizer
    self.language = language
    limit = try await recognizer.knownWindowLimit()
    self.utterance = utterance
    assembly = TranscriptAssembly(for: recognizer)
  }

  /// Seconds of the audio that are recognized.
  public var recognizedSeconds: Double { Utterance.seconds(assembly.end) }

  /// Takes the next samples: 16 kHz, mono, in [-1, 1].
  public mutating func append(_ samples: [Float]) async throws(DeviceError) {
    utterance.append(samples)
    while let window = utterance.nextWindow(limit: limit) { try await recognize(window) }
  }

  /// The transcript of all that came. Its total time begins with the recording.
  public mutating func finish() async throws(DeviceError) -> Transcript {
    for window in utterance.lastWindows(limit: limit) { try await recognize(window) }
    var transcript = assembly.transcript(language: language, audioSeconds: utterance.seconds)
    transcript.timings.features = utterance.featureSeconds
    transcript.timings.total = (ContinuousClock().now - start).seconds
    return transcript
  }

  private mutating func recognize(_ window: WindowFrames) async throws(DeviceError) {
    let answer = try await recognizer.recognize(
      window.window, of: window.frames, language: language, priority: .urgent)
    assembly.add(answer, audioSeconds: utterance.seconds)
  }
}
