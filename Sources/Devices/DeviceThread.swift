internal import Glibc

/// One thread for the work of a device, and the queue of that work.
///
/// Inference blocks, and must block neither the cooperative pool nor another device. What somebody waits for goes
/// before what may be wanted; jobs of a rank run in the order in which they came. The thread ends when its last owner
/// lets go of it and the queue is empty.
public final class DeviceThread: Sendable {
  /// What goes before what, of what somebody waits for.
  public enum Rank: Int, Sendable {
    /// The second half of something that has begun.
    case following
    case regular
  }

  private let queue = JobQueue()
  private let device: String
  private let pause: Pause

  /// - Parameters:
  ///   - device: What it is called in errors.
  ///   - pause: Waits; tests have a time of their own.
  public init(device: String, pause: @escaping Pause = { try await Task.sleep(for: $0) }) {
    self.device = device
    self.pause = pause
    let start = Unmanaged.passRetained(
      Start { [queue] in
        nameThread("thread \(device)")
        while let job = queue.next() {
          job.run()
          queue.finished()
        }
      })
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, start.toOpaque())
    precondition(status == 0, "the system has no thread left: \(String(cString: strerror(status)))")
    pthread_detach(thread)
  }

  deinit {
    queue.close()
  }

  /// Runs `body` on the thread when its turn has come.
  ///
  /// A task that is cancelled does not wait any longer: a job that has not begun never begins, and the result of
  /// one that runs is dropped.
  ///
  /// - Parameters:
  ///   - priority: Whether somebody waits; that may change while the job is in the queue.
  ///   - limit: How long it may run. A job that takes longer hangs: the thread is abandoned.
  public func run<Value: Sendable>(
    _ rank: Rank = .regular, priority: JobPriority = .wanted, limit: Duration? = nil,
    _ body: @escaping @Sendable () throws(DeviceFault) -> Value
  ) async throws(DeviceFault) -> Value {
    let answer = Promise<Result<Value, DeviceFault>>()
    let job = Job(rank, priority) { [weak self] in
      guard answer.isWanted else { return }
      let watch = limit.map { limit in
        Task { [self] in
          try await self?.pause(limit)
          self?.abandon(because: .late(device: self?.device ?? "", seconds: limit.seconds))
        }
      }
      defer { watch?.cancel() }
      do throws(DeviceFault) {
        answer.settle(.success(try body()))
      } catch {
        answer.settle(.failure(error))
      }
    } abandon: { fault in
      answer.settle(.failure(fault))
    }
    if Task.isCancelled { throw .cancelled }
    if let fault = queue.append(job) { throw fault }
    return try await answer.value(orIfCancelled: .failure(.cancelled)).get()
  }

  /// Gives the thread up: whoever waits gets this fault at once, also for the job that runs; so does whoever comes
  /// later.
  public func abandon(because fault: DeviceFault) {
    queue.abandon(because: fault)
  }

  /// Asks whether a job still runs.
  var isBusy: Bool { queue.isBusy }

  /// How many jobs have not begun.
  var waiting: Int { queue.waiting }
}

/// Waits for a while.
public typealias Pause = @Sendable (Duration) async throws -> Void

extension Duration {
  /// The same in seconds.
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

/// Names the calling thread, for debuggers and process lists; 15 characters of the name count.
private func nameThread(_ name: String) {
  guard let file = fopen("/proc/thread-self/comm", "w") else { return }
  fputs(name, file)
  fclose(file)
}

/// What a new thread is to do.
private final class Start: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }
}

private final class Job: Sendable {
  private let rank: DeviceThread.Rank
  private let priority: JobPriority
  let run: @Sendable () -> Void
  let abandon: @Sendable (DeviceFault) -> Void

  init(
    _ rank: DeviceThread.Rank, _ priority: JobPriority, run: @escaping @Sendable () -> Void,
    abandon: @escaping @Sendable (DeviceFault) -> Void
  ) {
    self.rank = rank
    self.priority = priority
    self.run = run
    self.abandon = abandon
  }

  /// The lower goes first.
  var place: Int { priority.isWanted ? rank.rawValue : .max }
}

/// The jobs that wait for a thread.
///
/// SAFETY: all of its state is behind the mutex. POSIX's mutex and condition, because Synchronization's `Mutex` has
/// no condition to wait on.
private final class JobQueue: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var jobs: [Job] = []
  private var running: Job?
  private var fault: DeviceFault?
  private var isClosed = false

  init() {
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// - Returns: Why the job is not taken.
  func append(_ job: Job) -> DeviceFault? {
    locked {
      if let fault { return fault }
      jobs.append(job)
      pthread_cond_signal(changed)
      return nil
    }
  }

  func close() {
    locked {
      isClosed = true
      pthread_cond_signal(changed)
    }
  }

  func abandon(because fault: DeviceFault) {
    let left: [Job] = locked {
      guard self.fault == nil else { return [] }
      self.fault = fault
      isClosed = true
      pthread_cond_signal(changed)
      let left = [running].compactMap { $0 } + jobs
      jobs = []
      return left
    }
    for job in left { job.abandon(fault) }
  }

  var isBusy: Bool { locked { running != nil } }

  var waiting: Int { locked { jobs.count } }

  /// The next job; waits for one. `nil` when the queue is closed and empty.
  func next() -> Job? {
    locked {
      while true {
        // The first of those with the lowest place.
        if let next = jobs.indices.min(by: { jobs[$0].place < jobs[$1].place }) {
          running = jobs.remove(at: next)
          return running
        }
        if isClosed { return nil }
        pthread_cond_wait(changed, mutex)
      }
    }
  }

  func finished() {
    locked { running = nil }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
