internal import Glibc

/// State behind a mutex, with a condition variable on which threads wait for changes.
///
/// For dedicated threads only: waiting blocks the thread, and must never happen on the cooperative pool.
///
/// SAFETY: `state` is read and written under the mutex alone. The mutex and the condition variable are POSIX's, because
/// Synchronization's `Mutex` has no condition variable.
package final class Monitor<State: Sendable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var state: State

  /// Creates a monitor with an initial state.
  package init(_ state: State) {
    self.state = state
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

  /// Reads the state.
  package func read<Result>(_ body: (State) -> Result) -> Result {
    locked { body(state) }
  }

  /// Changes the state, and wakes all threads that wait for a change.
  package func update<Result>(_ body: (inout State) -> Result) -> Result {
    locked {
      defer { pthread_cond_broadcast(changed) }
      return body(&state)
    }
  }

  /// Waits until `body` returns a value. Calls it now and after each change. Blocks the thread.
  package func wait<Result>(for body: (inout State) -> Result?) -> Result {
    locked {
      while true {
        if let result = body(&state) { return result }
        pthread_cond_wait(changed, mutex)
      }
    }
  }

  /// Waits until a condition holds. Blocks the thread.
  ///
  /// - Parameter seconds: The timeout, in seconds.
  /// - Returns: False if the condition does not hold at the timeout.
  @discardableResult
  package func wait(seconds: Int, until condition: (State) -> Bool) -> Bool {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    end.tv_sec += seconds
    return locked {
      while !condition(state) {
        if pthread_cond_timedwait(changed, mutex, &end) == ETIMEDOUT { return condition(state) }
      }
      return true
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
