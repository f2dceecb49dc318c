/// A thread for blocking work, with a queue of jobs.
///
/// Inference blocks, and must block neither the cooperative pool nor another device. Urgent jobs run first, ordered by
/// ``WorkerJobOrder`` and then by arrival. The thread ends when its last owner releases it and the queue is empty.
public final class WorkerThread<Failure: Error>: Sendable {
  private let queue = JobQueue<Failure>()
  private let pause: Pause
  private let cancelled: Failure
  private let overdue: @Sendable (_ limit: Duration) -> Failure

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - name: The name in debuggers and process lists; the system keeps 15 characters.
  ///   - pause: Waits for a job's time limit.
  ///   - cancelled: The error of a job whose task was cancelled.
  ///   - overdue: The error of a job that exceeds its time limit.
  public init(
    named name: String, pause: @escaping Pause = { try await Task.sleep(for: $0) }, cancelled: Failure,
    overdue: @escaping @Sendable (_ limit: Duration) -> Failure
  ) {
    self.pause = pause
    self.cancelled = cancelled
    self.overdue = overdue
    SystemThread.start(named: name) { [queue] in
      while let job = queue.next() {
        job.run()
        queue.finished()
      }
    }
  }

  deinit {
    queue.close()
  }

  /// Runs `body` on the thread when its turn comes.
  ///
  /// A cancelled task stops waiting immediately: a job that has not begun never begins, and the result of a running job
  /// is dropped.
  ///
  /// - Parameters:
  ///   - order: The job's place among the urgent jobs.
  ///   - priority: The priority, which can change while the job is in the queue.
  ///   - limit: The job's time limit. A job that exceeds it is taken to hang: the thread is abandoned.
  public func run<Value: Sendable>(
    _ order: WorkerJobOrder = .regular, priority: WorkPriority = .urgent, limit: Duration? = nil,
    _ body: @escaping @Sendable () throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let promise = Promise<Result<Value, Failure>>()
    let job = Job<Failure>(order, priority) { [weak self] in
      guard promise.value == nil else { return }
      let watchdog = limit.map { limit in
        Task { [self] in
          try await self?.pause(limit)
          if let self { self.abandon(because: self.overdue(limit)) }
        }
      }
      defer { watchdog?.cancel() }
      do throws(Failure) {
        promise.resolve(.success(try body()))
      } catch {
        promise.resolve(.failure(error))
      }
    } abandon: { failure in
      promise.resolve(.failure(failure))
    }
    if Task.isCancelled { throw cancelled }
    if let failure = queue.append(job) { throw failure }
    return try await promise.value(orIfCancelled: .failure(cancelled)).get()
  }

  /// Abandons the thread: all jobs, the running one included, fail with this error now, and so does every later one.
  public func abandon(because failure: Failure) {
    queue.abandon(because: failure)
  }

  /// True while a job runs.
  public var isBusy: Bool { queue.isBusy }

  /// The number of jobs that have not begun.
  public var waitingCount: Int { queue.waitingCount }
}

/// The place of a job among the urgent jobs of a ``WorkerThread``.
public enum WorkerJobOrder: Int, Sendable {
  /// A job that continues work that has begun; it runs first.
  case following
  /// A job that begins work.
  case regular
}
