internal import Acceleration
internal import Synchronization

/// An utterance that is recognized before it has ended: when the speaker has been silent for a moment, the devices begin
/// with what there is. If he speaks on, that was for nothing; if not, the answer is there before it is asked for.
///
/// It changes when a transcript is made, and never what it says: it is used only if it is of the same stretch of audio
/// that the utterance's end selects.
public final class Speculation: Sendable {
  fileprivate struct Attempt {
    var span: Range<Int>
    var language: String?
    var urgency: Urgency
    var task: Task<Transcript?, Never>
  }

  fileprivate struct State {
    var plan: SpeculationPlan
    var language: String?
    var attempt: Attempt?
  }

  private let recognizer: any SpeculativeRecognizer
  private let state: Mutex<State>

  init(_ recognizer: any SpeculativeRecognizer, attempts: Int) {
    self.recognizer = recognizer
    state = Mutex(State(plan: SpeculationPlan(limit: attempts)))
  }

  deinit {
    state.withLock { $0.attempt?.task.cancel() }
  }

  /// Takes note of the language that will be asked for, a BCP 47 tag.
  public func expect(language: String?) {
    state.withLock { state in
      guard language != state.language else { return }
      state.language = language
      if let attempt = state.attempt {
        state.drop()
        state.plan.declined(attempt.span)
      }
    }
  }

  /// Looks at the utterance after a piece of audio has come in.
  public func heard(_ utterance: Utterance) {
    state.withLock { state in
      let step = state.plan.heard(utterance.span, isSettled: utterance.isSettled)
      switch step {
      case .nothing: break
      case .drop: state.drop()
      case .start(let span), .restart(let span):
        state.drop()
        state.attempt = attempt(span, of: utterance, in: state.language)
      }
    }
  }

  /// Recognizes the utterance, which has ended.
  ///
  /// - Parameter language: The language asked for, a BCP 47 tag.
  public func transcript(
    of utterance: Utterance, language: String? = nil
  ) async throws(RecognitionError) -> Transcript {
    let clock = ContinuousClock()
    let start = clock.now
    let span = utterance.span
    let attempt = state.withLock { state -> Attempt? in
      guard let attempt = state.attempt, attempt.span == span, attempt.language == language else {
        state.drop()
        return nil
      }
      attempt.urgency.raise()
      return attempt
    }
    if let attempt, var transcript = await attempt.task.value(orIfCancelled: nil) {
      let waited = (clock.now - start).seconds
      recognizer.countUsed(savedSeconds: max(0, transcript.timings.total - waited))
      transcript.audioSeconds = utterance.seconds
      transcript.timings.features = utterance.featureSeconds
      transcript.timings.total = waited
      transcript.isSpeculative = true
      return transcript
    }
    return try await recognizer.transcribe(utterance, language: language, urgency: .wanted, progress: nil)
  }

  private func attempt(_ span: Range<Int>, of utterance: Utterance, in language: String?) -> Attempt {
    let urgency = Urgency(isWanted: false)
    let task = Task { [weak self, recognizer] () -> Transcript? in
      // What others wait for goes before.
      guard await recognizer.isQuiet else {
        self?.declined(span)
        return nil
      }
      recognizer.countStarted()
      return try? await recognizer.transcribe(utterance, language: language, urgency: urgency, progress: nil)
    }
    return Attempt(span: span, language: language, urgency: urgency, task: task)
  }

  private func declined(_ span: Range<Int>) {
    state.withLock { state in
      state.plan.declined(span)
      if state.attempt?.span == span { state.attempt = nil }
    }
  }
}

extension Speculation.State {
  fileprivate mutating func drop() {
    attempt?.task.cancel()
    attempt = nil
  }
}

/// What recognizes utterances, also before they have ended.
protocol SpeculativeRecognizer: Sendable {
  /// Asks whether the best device that works has nothing to do.
  var isQuiet: Bool { get async }

  /// Recognizes what is to be recognized of the utterance as it is now.
  func transcribe(
    _ utterance: Utterance, language: String?, urgency: Urgency, progress: (@Sendable (Double) -> Void)?
  ) async throws(RecognitionError) -> Transcript

  func countStarted()
  func countUsed(savedSeconds: Double)
}

extension Recognizer: SpeculativeRecognizer {}
