internal import Concurrency
public import Devices
internal import Endpointing
internal import Synchronization
internal import Transducer

/// The transcription of live speech, recognized as early as possible: ``CertainWindows`` while the speaker goes on, and
/// the rest, by ``Speculation``, after a moment of silence. If the speaker goes on, that attempt is discarded; if not,
/// the transcript is ready before it is requested.
///
/// This changes the time at which a transcript is made, never its text: the result of an attempt is used only for a
/// window that the whole utterance has.
public final class LiveTranscription: Sendable {
  struct State: Sendable {
    var utterance: Utterance
    /// The knowledge so far.
    var context: SpeechContext
    var speculation: Speculation
    /// `nil` while no window is certain.
    var certain: CertainWindows?
    /// The search for the end of the utterance; `nil` if the client ends it.
    var search: EndpointSearch?
  }

  let recognizer: any WindowRecognizer
  private let onSegment: @Sendable (SpokenText) -> Void
  let state: Mutex<State>

  /// - Parameters:
  ///   - context: What is known about the utterance so far.
  ///   - attempts: The most attempts to recognize windows that are not certain.
  ///   - search: The search for the end of the utterance; `nil` if the client ends it.
  ///   - onSegment: Called with each segment that is final before the utterance has ended, in order.
  init(
    _ recognizer: any WindowRecognizer, _ utterance: Utterance, in context: SpeechContext = SpeechContext(),
    attempts: Int, search: EndpointSearch? = nil,
    onSegment: @escaping @Sendable (SpokenText) -> Void = { _ in }
  ) {
    self.recognizer = recognizer
    self.onSegment = onSegment
    state = Mutex(
      State(
        utterance: utterance, context: context, speculation: Speculation(limit: attempts), search: search))
  }

  deinit {
    state.withLock { $0.speculation.drop() }
  }

  /// Sets the context of all windows that are not certain yet, and drops the current attempt.
  public func expect(_ context: SpeechContext) {
    state.withLock { state in
      guard context != state.context else { return }
      state.context = context
      state.speculation.reset()
      state.search?.reset()
    }
  }

  /// Appends samples: 16 kHz, mono, in [-1, 1]. Those after the end of the utterance are dropped.
  public func append(_ samples: [Float]) {
    state.withLock { state in
      guard state.search?.endpoint == nil else { return }
      state.utterance.append(samples)
      guard let limit = recognizer.windowLimit else { return }
      recognizeCertainWindows(limit: limit, &state)
      recognizeEarly(state.utterance.settledWindows(limit: limit), &state)
    }
  }

  /// Begins an attempt at windows that more silence would not change, if they are worth one.
  ///
  /// - Parameters:
  ///   - windows: The windows; `nil` if there are none, which drops the current attempt.
  ///   - onEnd: Called with the results, in order, or with `nil` if there are none.
  /// - Returns: True if an attempt has begun.
  @discardableResult
  func recognizeEarly(
    _ windows: [Window]?, _ state: inout State,
    onEnd: (@Sendable ([WindowResult]?) -> Void)? = nil
  ) -> Bool {
    guard state.speculation.update(windows), let windows else { return false }
    let frames = windows.map { WindowFrames(window: $0, frames: state.utterance.frames) }
    state.speculation.start(
      frames, in: state.context, by: recognizer,
      onDecline: { [weak self] in
        self?.state.withLock { state in
          state.speculation.decline(windows)
          state.search?.end(windows)
        }
      }, onEnd: onEnd)
    return true
  }

  /// Begins to recognize the windows that have become certain.
  func recognizeCertainWindows(limit: Int, _ state: inout State) {
    while let window = state.utterance.nextWindow(limit: limit) {
      let attempt = state.speculation.take(window.window)
      if attempt != nil { recognizer.countUsed(savedSeconds: 0) }
      let certain = state.certain ?? CertainWindows(recognizer, onSegment: onSegment)
      certain.add(CertainWindows.Item(window: window, context: state.context, attempt: attempt))
      state.certain = certain
    }
  }

  /// Ends the utterance and returns its transcript, in the last context.
  public func finish() async throws(DeviceError) -> Transcript {
    let clock = ContinuousClock()
    let start = clock.now
    let limit = try await recognizer.knownWindowLimit()
    let (utterance, windows, attempts, certain, context, endpoint) = state.withLock { state in
      let windows = state.utterance.lastWindows(limit: limit)
      let attempts = state.speculation.finish(windows.map(\.window))
      return (
        state.utterance, windows, attempts, state.certain, state.context, state.search?.endpoint
      )
    }
    var assembly = try await certain?.finish() ?? TranscriptAssembly(for: recognizer)
    var (isSpeculative, workSeconds) = (!windows.isEmpty, 0.0)
    for (index, window) in windows.enumerated() {
      let early = index < attempts.count ? await attempts[index].task.value(orIfCancelled: nil) : nil
      let result: WindowResult
      if let early {
        result = early
        workSeconds += early.encoderSeconds + early.decoderSeconds
      } else {
        isSpeculative = false
        result = try await recognizer.recognize(
          window.window, of: window.frames, in: context, priority: .urgent)
      }
      assembly.add(result, audioSeconds: utterance.seconds)
    }
    var transcript = assembly.transcript(language: context.language, audioSeconds: utterance.seconds)
    transcript.timings.features = utterance.featureSeconds
    transcript.timings.total = (clock.now - start).seconds
    transcript.isSpeculative = isSpeculative
    transcript.endpoint = endpoint?.reason
    if isSpeculative {
      recognizer.countUsed(savedSeconds: max(0, workSeconds - transcript.timings.total))
    }
    return transcript
  }
}
