internal import Devices
internal import Synchronization
internal import Transducer

/// Somebody speaks, and what he says is recognized as early as that can be: windows that are certain while he speaks on, and
/// the rest when he has been silent for a moment. If he speaks on, that was for nothing; if not, the answer is there before
/// it is asked for.
///
/// This changes when a transcript is made, and never what it says: what was recognized early is used only if it is of a
/// window that the whole utterance has.
public final class LiveTranscription: Sendable {
  /// A window that may turn out to be of the utterance.
  fileprivate struct Attempt {
    var window: Window
    var task: Task<WindowResult?, Never>
  }

  fileprivate struct State {
    var utterance: Utterance
    var plan: SpeculationPlan
    /// The language asked for so far.
    var language: String?
    /// Of the same attempt, in their order.
    var attempts: [Attempt] = []
    var priority = JobPriority(isWanted: false)
    /// Where windows go that are certain; `nil` if there was none yet.
    var continuation: AsyncStream<CertainWindow>.Continuation?
    var work: Task<Result<TranscriptAssembly, RecognitionError>, Never>?
  }

  fileprivate struct CertainWindow: Sendable {
    var heard: WindowFrames
    var language: String?
    /// What was begun when it was not certain yet.
    var early: Task<WindowResult?, Never>?
  }

  private let recognizer: any WindowRecognizer
  private let onSegment: @Sendable (SpokenText) -> Void
  private let state: Mutex<State>
  /// Of what is certain: somebody waits when the utterance has ended.
  private let priority = JobPriority(isWanted: false)

  /// - Parameters:
  ///   - language: The language asked for so far, a BCP 47 tag.
  ///   - attempts: How often windows are recognized that are not certain.
  ///   - onSegment: Is told each segment that is final before the utterance has ended, in their order.
  init(
    _ recognizer: any WindowRecognizer, _ utterance: Utterance, language: String? = nil, attempts: Int,
    onSegment: @escaping @Sendable (SpokenText) -> Void = { _ in }
  ) {
    self.recognizer = recognizer
    self.onSegment = onSegment
    state = Mutex(
      State(utterance: utterance, plan: SpeculationPlan(limit: attempts), language: language))
  }

  deinit {
    state.withLock { state in
      state.drop()
      state.work?.cancel()
    }
  }

  /// Another language is asked for, for all that is not certain yet: what was attempted is of no use.
  ///
  /// - Parameter language: A BCP 47 tag.
  public func expect(language: String?) {
    state.withLock { state in
      guard language != state.language else { return }
      state.language = language
      _ = state.plan.heard(nil)
      state.drop()
    }
  }

  /// Takes the next samples: 16 kHz, mono, in [-1, 1].
  public func append(_ samples: [Float]) {
    state.withLock { state in
      state.utterance.append(samples)
      guard let limit = recognizer.windowLimit else { return }
      while let heard = state.utterance.nextWindow(limit: limit) { recognize(heard, &state) }
      let settled = state.utterance.settledWindows(limit: limit)
      switch state.plan.heard(settled) {
      case .nothing: break
      case .drop: state.drop()
      case .start(let windows):
        state.drop()
        attempt(windows, &state, limit: limit)
      }
    }
  }

  /// Recognizes the utterance, which has ended.
  ///
  /// It is in the language that was asked for last.
  public func finish() async throws(RecognitionError) -> Transcript {
    let clock = ContinuousClock()
    let start = clock.now
    let limit = try await recognizer.knownWindowLimit()
    let (utterance, windows, attempts, work, language) = state.withLock { state in
      let windows = state.utterance.lastWindows(limit: limit)
      if state.attempts.map(\.window) != windows.map(\.window) { state.drop() }
      state.priority.raise()
      state.continuation?.finish()
      return (state.utterance, windows, state.attempts, state.work, state.language)
    }
    priority.raise()
    var assembly = TranscriptAssembly(for: recognizer)
    if let work { assembly = try await work.value(orIfCancelled: .failure(.cancelled)).get() }
    var (isSpeculative, workSeconds) = (!windows.isEmpty, 0.0)
    for (index, heard) in windows.enumerated() {
      let early =
        index < attempts.count ? await attempts[index].task.value(orIfCancelled: nil) : nil
      let answer: WindowResult
      if let early {
        answer = early
        workSeconds += early.encoderSeconds + early.decoderSeconds
      } else {
        isSpeculative = false
        answer = try await recognizer.recognize(
          heard.window, of: heard.frames, language: language, priority: .wanted)
      }
      assembly.add(answer, audioSeconds: utterance.seconds)
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

  // MARK: What is certain

  private func recognize(_ heard: WindowFrames, _ state: inout State) {
    var early: Task<WindowResult?, Never>?
    if state.attempts.first?.window == heard.window {
      early = state.attempts.removeFirst().task
      state.plan.kept()
      recognizer.countUsed(savedSeconds: 0)
    }
    let continuation = state.continuation ?? work(&state)
    continuation.yield(CertainWindow(heard: heard, language: state.language, early: early))
  }

  /// Begins to recognize what is certain, one window after the other.
  private func work(_ state: inout State) -> AsyncStream<CertainWindow>.Continuation {
    let (windows, continuation) = AsyncStream<CertainWindow>.makeStream()
    state.continuation = continuation
    state.work = Task { [recognizer, priority, onSegment] in
      var assembly = TranscriptAssembly(for: recognizer)
      for await window in windows {
        do throws(RecognitionError) {
          let answer = try await window.answer(by: recognizer, priority: priority)
          let told = assembly.segments.count
          assembly.add(answer, audioSeconds: Utterance.seconds(answer.window.frames.upperBound))
          for segment in assembly.segments[told...] { onSegment(segment) }
        } catch {
          return .failure(error)
        }
      }
      return Task.isCancelled ? .failure(.cancelled) : .success(assembly)
    }
    return continuation
  }

  // MARK: What may be

  private func attempt(_ windows: [Window], _ state: inout State, limit: Int) {
    state.priority = JobPriority(isWanted: false)
    let frames = state.utterance.lastWindows(limit: limit)
    let isFirst = Task { [weak self, recognizer] in
      // What others wait for goes before.
      guard await recognizer.isQuiet else {
        self?.declined(windows)
        return false
      }
      recognizer.countStarted()
      return true
    }
    var before: Task<WindowResult?, Never>?
    state.attempts = frames.map { heard in
      let task = Task {
        [recognizer, language = state.language, priority = state.priority, before] () -> WindowResult? in
        guard await isFirst.value else { return nil }
        if let before, await before.value == nil { return nil }
        return try? await recognizer.recognize(
          heard.window, of: heard.frames, language: language, priority: priority)
      }
      before = task
      return Attempt(window: heard.window, task: task)
    }
  }

  private func declined(_ windows: [Window]) {
    state.withLock { state in
      guard state.plan.declined(windows) else { return }
      state.drop()
    }
  }
}

extension LiveTranscription.State {
  fileprivate mutating func drop() {
    for attempt in attempts { attempt.task.cancel() }
    attempts = []
  }
}

extension LiveTranscription.CertainWindow {
  fileprivate func answer(
    by recognizer: any WindowRecognizer, priority: JobPriority
  ) async throws(RecognitionError) -> WindowResult {
    if let early {
      let answer = await withTaskCancellationHandler {
        await early.value
      } onCancel: {
        early.cancel()
      }
      if let answer { return answer }
    }
    return try await recognizer.recognize(
      heard.window, of: heard.frames, language: language, priority: priority)
  }
}
