internal import Synchronization

/// The transcripts of the last minute, for people who watch the server.
public final class RecentAnswers: Sendable {
  private static let span = Duration.seconds(60)
  /// The most that are kept.
  private static let capacity = 600

  private let answers = Mutex<[(time: ContinuousClock.Instant, answer: SpeechMetrics.Answer)]>([])

  init() {}

  /// Adds a transcript that was made just now.
  func add(_ answer: SpeechMetrics.Answer, at time: ContinuousClock.Instant = .now) {
    answers.withLock { answers in
      answers.append((time, answer))
      answers.removeFirst(max(0, answers.count - Self.capacity))
    }
  }

  /// Returns the transcripts of the last minute with their age, the oldest first.
  public func list(at now: ContinuousClock.Instant = .now) -> [(age: Duration, answer: SpeechMetrics.Answer)]
  {
    answers.withLock { answers in
      answers.removeAll { $0.time.duration(to: now) > Self.span }
      return answers.map { ($0.time.duration(to: now), $0.answer) }
    }
  }
}
