internal import Concurrency
public import Devices
internal import Synchronization
internal import Transducer

/// The transcription of live speech, recognized as early as possible: ``CertainWindows`` while the speaker goes on, and
/// the rest, by ``Speculation``, after a moment of silence. If the speaker goes on, that attempt is discarded; if not,
/// the transcript is ready before it is requested.
///
/// This changes the time at which a transcript is made, never its text: the result of an attempt is used only for a
/// window that the whole utterance has.
public final class LiveTranscription: Sendable {
  private struct State: Sendable {
    var utterance: Utterance
    /// The language requested so far.
    var language: String?
    var speculation: Speculation
    /// `nil` while no window is certain.
    var certain: CertainWindows?
  }

  private let recognizer: any WindowRecognizer
  private let onSegment: @Sendable (SpokenText) -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - language: The language requested so far, a BCP 47 tag.
  ///   - attempts: The most attempts to recognize windows that are not certain.
  ///   - onSegment: Called with each segment that is final before the utterance has ended, in order.
  init(
    _ recognizer: any WindowRecognizer, _ utterance: Utterance, language: String? = nil, attempts: Int,
    onSegment: @escaping @Sendable (SpokenText) -> Void = { _ in }
  ) {
    self.recognizer = recognizer
    self.onSegment = onSegment
    state = Mutex(
      State(utterance: utterance, language: language, speculation: Speculation(limit: attempts)))
  }

  deinit {
    state.withLock { $0.speculation.drop() }
  }

  /// Sets the language of all windows that are not certain yet, and drops the current attempt.
  ///
  /// - Parameter language: A BCP 47 tag.
  public func expect(language: String?) {
    state.withLock { state in
      guard language != state.language else { return }
      state.language = language
      state.speculation.reset()
    }
  }

  /// Appends samples: 16 kHz, mono, in [-1, 1].
  public func append(_ samples: [Float]) {
    state.withLock { state in
      state.utterance.append(samples)
      guard let limit = recognizer.windowLimit else { return }
      while let window = state.utterance.nextWindow(limit: limit) { recognize(window, &state) }
      let settled = state.utterance.settledWindows(limit: limit)
      if let settled = state.speculation.update(settled) ? settled : nil {
        state.speculation.start(
          state.utterance.lastWindows(limit: limit), language: state.language, by: recognizer
        ) { [weak self] in
          self?.state.withLock { $0.speculation.decline(settled) }
        }
      }
    }
  }

  private func recognize(_ window: WindowFrames, _ state: inout State) {
    let attempt = state.speculation.take(window.window)
    if attempt != nil { recognizer.countUsed(savedSeconds: 0) }
    let certain = state.certain ?? CertainWindows(recognizer, onSegment: onSegment)
    certain.add(CertainWindows.Item(window: window, language: state.language, attempt: attempt))
    state.certain = certain
  }

  /// Ends the utterance and returns its transcript, in the language requested last.
  public func finish() async throws(DeviceError) -> Transcript {
    let clock = ContinuousClock()
    let start = clock.now
    let limit = try await recognizer.knownWindowLimit()
    let (utterance, windows, attempts, certain, language) = state.withLock { state in
      let windows = state.utterance.lastWindows(limit: limit)
      let attempts = state.speculation.finish(windows.map(\.window))
      return (state.utterance, windows, attempts, state.certain, state.language)
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
          window.window, of: window.frames, language: language, priority: .urgent)
      }
      assembly.add(result, audioSeconds: utterance.seconds)
    }
    var transcript = assembly.transcript(language: language, audioSeconds: utterance.seconds)
    transcript.timings.features = utterance.featureSeconds
    transcript.timings.total = (clock.now - start).seconds
    transcript.isSpeculative = isSpeculative
    if isSpeculative {
      recognizer.countUsed(savedSeconds: max(0, workSeconds - transcript.timings.total))
    }
    return transcript
  }
}
