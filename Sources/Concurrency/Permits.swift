internal import Synchronization

/// A fixed number of permits for concurrent work: a counting semaphore for tasks.
public final class Permits: Sendable {
  /// The result of an attempt to take a permit without waiting.
  public enum Attempt: Sendable, Equatable {
    /// The caller holds a permit.
    case taken
    /// No permit is free.
    ///
    /// - Parameter isFirst: True for the first refusal since a permit was released: a caller can log only this one.
    case refused(isFirst: Bool)
  }

  private struct State {
    var free: Int
    var hasRefused = false
    /// The tasks that wait, in the order of their calls. Empty while a permit is free.
    var waiters: [Promise<Void>] = []
  }

  private let state: Mutex<State>

  /// Creates permits that are all free.
  ///
  /// - Parameter count: The number of permits, 0 or more.
  public init(_ count: Int) {
    state = Mutex(State(free: count))
  }

  /// Takes a permit if one is free.
  public func tryTake() -> Attempt {
    state.withLock { state in
      guard state.free > 0 else {
        defer { state.hasRefused = true }
        return .refused(isFirst: !state.hasRefused)
      }
      state.free -= 1
      return .taken
    }
  }

  /// Takes a permit. If none is free, waits for one in the order of the calls.
  ///
  /// - Throws: `CancellationError` if the task is cancelled while it waits; it holds no permit then.
  public func take() async throws(CancellationError) {
    let waiter: Promise<Void>? = state.withLock { state in
      guard state.free == 0 else {
        state.free -= 1
        return nil
      }
      let waiter = Promise<Void>()
      state.waiters.append(waiter)
      return waiter
    }
    guard let waiter else { return }
    do throws(CancellationError) {
      try await waiter.awaited()
    } catch {
      leave(waiter)
      throw error
    }
  }

  /// Releases a permit: the task that has waited longest takes it.
  public func release() {
    let next: Promise<Void>? = state.withLock { state in
      state.hasRefused = false
      guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resolve(())
  }

  /// Removes a cancelled task from the queue. If a permit was passed to it in the meantime, releases the permit.
  private func leave(_ waiter: Promise<Void>) {
    let hasPermit = state.withLock { state in
      guard let index = state.waiters.firstIndex(where: { $0 === waiter }) else { return true }
      state.waiters.remove(at: index)
      return false
    }
    if hasPermit { release() }
  }
}
