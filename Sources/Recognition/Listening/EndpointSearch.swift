internal import Concurrency
internal import Endpointing
internal import Transducer

/// The search for the end of an utterance: the decisions, and the texts that they need.
struct EndpointSearch: Sendable {
  /// The most attempts to recognize an utterance whose end is searched, if there are any: each pause needs one.
  static let attempts = 40

  private(set) var detector: EndpointDetector
  /// The end of the utterance, once it is decided.
  private(set) var endpoint: Endpoint?
  /// The windows up to the detector's candidate; `nil` if there is none, or if audio of them is missing.
  private var windows: [Window]?
  /// The windows that are being recognized.
  private var pending: [Window]?
  /// The windows that were recognized last, with their text and its language.
  private var known: (windows: [Window], text: SpokenText, language: String?)?
  private let now: @Sendable () -> ContinuousClock.Instant
  /// The time at which a microphone would have begun; `nil` before the first audio.
  private var start: ContinuousClock.Instant?

  /// - Parameters:
  ///   - times: The times after which the utterance ends.
  ///   - trailingPad: The silence that is recognized with speech, in seconds.
  ///   - now: Returns the time.
  init(
    _ times: EndpointTimes, trailingPad: Double,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.now = now
    detector = EndpointDetector(times, trailingPad: trailingPad)
  }

  /// The times after which the utterance ends.
  var times: EndpointTimes {
    get { detector.times }
    set { detector.times = newValue }
  }

  /// True if the text up to the detector's candidate is being recognized.
  var isRecognizing: Bool { windows != nil && pending == windows }

  /// True if the text up to the detector's candidate is not known.
  var lacksText: Bool { windows != nil && detector.hypothesis == nil }

  /// Decides whether the utterance has ended.
  mutating func update(_ speech: SpeechProgress) {
    endpoint = endpoint ?? detector.update(speech, isRecognizing: isRecognizing)
  }

  /// Notes the windows up to the detector's candidate.
  mutating func wants(_ windows: [Window]?) {
    self.windows = windows
    if detector.hypothesis == nil { report() }
  }

  /// Notes that the windows are being recognized.
  mutating func begin(_ windows: [Window]) {
    pending = windows
  }

  /// Notes that the windows are not recognized any more.
  mutating func end(_ windows: [Window]) {
    if pending == windows { pending = nil }
  }

  /// Notes the text of windows.
  mutating func take(_ text: SpokenText, language: String?, of windows: [Window]) {
    end(windows)
    known = (windows, text, language)
    report()
  }

  /// Forgets all texts, because they were recognized in another context.
  mutating func reset() {
    (pending, known) = (nil, nil)
  }

  /// Returns the time by which the audio so far is ahead of a microphone, in seconds.
  ///
  /// - Parameter seconds: The duration of the audio so far.
  mutating func lead(of seconds: Double) -> Double {
    let now = now()
    let start = self.start ?? now - .seconds(seconds)
    self.start = start
    return seconds - (now - start).seconds
  }

  private mutating func report() {
    guard let candidate = detector.candidate, let known, known.windows == windows else { return }
    detector.hear(Hypothesis(candidate, known.text, language: known.language))
  }
}
