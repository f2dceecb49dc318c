internal import Glibc
internal import Synchronization

/// One thread that an actor runs on: inference blocks, and must block neither the cooperative pool nor another
/// device's work.
///
/// Jobs run in the order in which they came. The thread ends when the executor and all that runs on it are gone.
final class InferenceThread: SerialExecutor {
  private let queue = JobQueue()

  init() {
    let box = Unmanaged.passRetained(queue)
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<JobQueue>.fromOpaque(context).takeRetainedValue().runUntilClosed()
        return nil
      }, box.toOpaque())
    precondition(status == 0, "the system has no thread left: \(String(cString: strerror(status)))")
    pthread_detach(thread)
  }

  deinit {
    queue.close()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    // The executor stays alive until the job is done: an actor may be let go of by its last job.
    queue.append(UnownedJob(job), on: self)
  }
}

/// The jobs that wait for the thread.
///
/// SAFETY: all of its state is behind the mutex; POSIX mutex and condition because Synchronization's `Mutex` has
/// no condition to wait on.
private final class JobQueue: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var jobs: [(job: UnownedJob, executor: InferenceThread)] = []
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

  func append(_ job: UnownedJob, on executor: InferenceThread) {
    pthread_mutex_lock(mutex)
    jobs.append((job, executor))
    pthread_cond_signal(changed)
    pthread_mutex_unlock(mutex)
  }

  func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_signal(changed)
    pthread_mutex_unlock(mutex)
  }

  func runUntilClosed() {
    while let (job, executor) = next() {
      job.runSynchronously(on: executor.asUnownedSerialExecutor())
    }
  }

  private func next() -> (job: UnownedJob, executor: InferenceThread)? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while jobs.isEmpty {
      if isClosed { return nil }
      pthread_cond_wait(changed, mutex)
    }
    return jobs.removeFirst()
  }
}
