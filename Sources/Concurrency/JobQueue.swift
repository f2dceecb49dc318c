/// A job of a ``WorkerThread``.
struct Job<Failure: Error>: Sendable {
  private let order: WorkerJobOrder
  private let priority: WorkPriority
  let run: @Sendable () -> Void
  let abandon: @Sendable (Failure) -> Void

  init(
    _ order: WorkerJobOrder, _ priority: WorkPriority, run: @escaping @Sendable () -> Void,
    abandon: @escaping @Sendable (Failure) -> Void
  ) {
    self.order = order
    self.priority = priority
    self.run = run
    self.abandon = abandon
  }

  /// The job's rank in the queue; the lowest runs first.
  var rank: (Int, Int) {
    let level = priority.level
    return (level.rawValue, level == .urgent ? order.rawValue : 0)
  }
}

/// The queue of a ``WorkerThread``: the waiting jobs, and the running one.
final class JobQueue<Failure: Error>: Sendable {
  private struct State: Sendable {
    var jobs: [Job<Failure>] = []
    var running: Job<Failure>?
    var failure: Failure?
    var isClosed = false
  }

  private let state = Monitor(State())

  /// Adds a job.
  ///
  /// - Returns: The error with which the queue was abandoned; `nil` if it accepts the job.
  func append(_ job: Job<Failure>) -> Failure? {
    state.update { state in
      if let failure = state.failure { return failure }
      state.jobs.append(job)
      return nil
    }
  }

  /// Closes the queue: the thread ends after the last job.
  func close() {
    state.update { $0.isClosed = true }
  }

  /// Fails all jobs, the running one included, and rejects later ones.
  func abandon(because failure: Failure) {
    let left: [Job<Failure>] = state.update { state in
      guard state.failure == nil else { return [] }
      state.failure = failure
      state.isClosed = true
      defer { state.jobs = [] }
      return [state.running].compactMap { $0 } + state.jobs
    }
    for job in left { job.abandon(failure) }
  }

  var isBusy: Bool { state.read { $0.running != nil } }

  var waitingCount: Int { state.read { $0.jobs.count } }

  /// Removes and returns the next job, and waits for one; `nil` if the queue is closed and empty.
  func next() -> Job<Failure>? {
    state.wait { state -> Job<Failure>?? in
      // The first job with the lowest rank.
      if let index = state.jobs.indices.min(by: { state.jobs[$0].rank < state.jobs[$1].rank }) {
        let job = state.jobs.remove(at: index)
        state.running = job
        return .some(job)
      }
      return state.isClosed ? .some(nil) : nil
    }
  }

  /// Marks the running job as finished.
  func finished() {
    state.update { $0.running = nil }
  }
}
