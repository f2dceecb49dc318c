package import Concurrency
internal import Glibc
internal import Synchronization

/// A clock that a test advances.
package final class VirtualTime: Sendable {
  private struct Sleeper {
    var due: Duration
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now = Duration.zero
    var sleepers: [Int: Sleeper] = [:]
    var count = 0
  }

  private let state = Mutex(State())

  /// Creates a clock at zero.
  package init() {}

  /// The time since the clock's creation.
  package var now: Duration { state.withLock { $0.now } }

  /// The number of sleeping tasks.
  package var sleepers: Int { state.withLock { $0.sleepers.count } }

  /// A function that sleeps on this clock.
  package var pause: Pause { { [self] in try await sleep($0) } }

  /// Advances the clock and wakes the tasks that are due.
  ///
  /// - Parameter asleep: The number of sleeping tasks to wait for before.
  package func advance(by duration: Duration, whenAsleep asleep: Int = 0) async throws {
    try await eventually { self.sleepers >= asleep }
    let due = state.withLock { state in
      state.now += duration
      let due = state.sleepers.filter { $0.value.due <= state.now }
      for number in due.keys { state.sleepers[number] = nil }
      return due.values.sorted { $0.due < $1.due }
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  /// Blocks the calling thread: for device threads only.
  package func block(for duration: Duration) {
    let due = now + duration
    while now < due { usleep(500) }
  }

  private func sleep(_ duration: Duration) async throws {
    let number = state.withLock { state in
      state.count += 1
      return state.count
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = state.withLock { state in
          guard !Task.isCancelled else { return true }
          state.sleepers[number] = Sleeper(due: state.now + duration, continuation: continuation)
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      let sleeper = state.withLock { $0.sleepers.removeValue(forKey: number) }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}

/// A gate at which a job waits until a test opens it.
package final class Gate: Sendable {
  private let isOpen = Atomic(false)

  /// Creates a closed gate.
  package init() {}

  /// Opens the gate.
  package func open() { isOpen.store(true, ordering: .releasing) }

  /// Blocks the calling thread: for device threads only.
  package func block() {
    while !isOpen.load(ordering: .acquiring) { usleep(500) }
  }

  /// Waits until the gate is open.
  package func opened() async throws {
    try await eventually { self.isOpen.load(ordering: .acquiring) }
  }
}

/// A condition was not met in time.
package struct TookTooLong: Error {}

/// Waits until a condition is true.
///
/// - Throws: ``TookTooLong`` if it is still false after 100,000 checks.
package func eventually(_ condition: () async throws -> Bool) async throws {
  for _ in 0..<100_000 {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(1))
  }
  throw TookTooLong()
}

/// A thread-safe log of events, in order.
package final class Log<Entry: Sendable>: Sendable {
  private let entries = Mutex<[Entry]>([])

  /// Creates an empty log.
  package init() {}

  /// Appends an event.
  package func append(_ entry: Entry) { entries.withLock { $0.append(entry) } }

  /// All events so far.
  package var all: [Entry] { entries.withLock { $0 } }
}
