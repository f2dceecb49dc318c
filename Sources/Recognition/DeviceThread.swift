internal import Glibc
internal import Synchronization

/// One thread that owns what runs on a device, and the queue of the work for it.
///
/// Inference blocks, and must block neither the cooperative pool nor another device. The state lives on the
/// thread's own stack and is lent to one job at a time, so nobody else can touch it. Jobs run in the order in
/// which they came. The thread ends when its last owner lets go of it and the queue is empty.
final class DeviceThread<State: ~Copyable>: Sendable {
  private typealias Job = @Sendable (inout State) -> Void

  private let queue = JobQueue<State>()

  /// - Parameter makeState: Makes the state, on the thread.
  init(_ makeState: @escaping @Sendable () -> State) {
    let start = Unmanaged.passRetained(
      Start { [queue] in
        var state = makeState()
        while let job = queue.next() { job(&state) }
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
  /// - Parameter body: Gets the state, and a way to ask whether anybody still waits for the result.
  func run<Value: Sendable>(
    _ body: @escaping @Sendable (inout State, _ isWanted: () -> Bool) throws(RecognitionError) -> Value
  ) async throws(RecognitionError) -> Value {
    let answer = Answer<Value>()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        answer.wait(continuation)
        queue.append { state in
          guard answer.isWanted else { return }
          do throws(RecognitionError) {
            answer.settle(.success(try body(&state) { answer.isWanted }))
          } catch {
            answer.settle(.failure(error))
          }
        }
      }
    } onCancel: {
      answer.settle(.failure(.cancelled))
    }
    return try result.get()
  }
}

/// What a new thread is to do.
private final class Start: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }
}

/// A result that somebody waits for; it is given once, and what comes later is dropped.
private final class Answer<Value: Sendable>: Sendable {
  typealias Outcome = Result<Value, RecognitionError>

  private enum State {
    case open
    case awaited(CheckedContinuation<Outcome, Never>)
    /// Given before anybody waited.
    case given(Outcome)
    case done
  }

  private let state = Mutex(State.open)

  var isWanted: Bool {
    state.withLock { state in
      switch state {
      case .open, .awaited: true
      case .given, .done: false
      }
    }
  }

  func wait(_ continuation: CheckedContinuation<Outcome, Never>) {
    let given: Outcome? = state.withLock { state in
      if case .given(let outcome) = state {
        state = .done
        return outcome
      }
      state = .awaited(continuation)
      return nil
    }
    if let given { continuation.resume(returning: given) }
  }

  func settle(_ outcome: Outcome) {
    let waiting: CheckedContinuation<Outcome, Never>? = state.withLock { state in
      switch state {
      case .open:
        state = .given(outcome)
        return nil
      case .awaited(let continuation):
        state = .done
        return continuation
      case .given, .done:
        return nil
      }
    }
    waiting?.resume(returning: outcome)
  }
}

/// The jobs that wait for a thread.
///
/// SAFETY: all of its state is behind the mutex. POSIX's mutex and condition, because Synchronization's `Mutex` has
/// no condition to wait on.
private final class JobQueue<State: ~Copyable>: @unchecked Sendable {
  typealias Job = @Sendable (inout State) -> Void

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var jobs: [Job] = []
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

  func append(_ job: @escaping Job) {
    pthread_mutex_lock(mutex)
    jobs.append(job)
    pthread_cond_signal(changed)
    pthread_mutex_unlock(mutex)
  }

  func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_signal(changed)
    pthread_mutex_unlock(mutex)
  }

  /// The next job; waits for one. `nil` when the queue is closed and empty.
  func next() -> Job? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while jobs.isEmpty {
      if isClosed { return nil }
      pthread_cond_wait(changed, mutex)
    }
    return jobs.removeFirst()
  }
}
