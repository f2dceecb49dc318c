internal import Synchronization

/// A value that is set once, and that any number of tasks can wait for.
public final class Promise<Value: Sendable>: Sendable {
  private typealias Waiter = CheckedContinuation<Value?, Never>

  private struct State {
    var value: Value?
    var waiters: [Int: Waiter] = [:]
    var lastWaiter = 0
  }

  private let state = Mutex(State())

  /// Creates a promise without a value.
  public init() {}

  /// The value; `nil` until it is set.
  public var value: Value? { state.withLock { $0.value } }

  /// Sets the value and resumes all tasks that wait for it. Later values are dropped.
  public func resolve(_ value: Value) {
    let waiters: [Waiter] = state.withLock { state in
      guard state.value == nil else { return [] }
      state.value = value
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume(returning: value) }
  }

  /// Waits for the value.
  ///
  /// - Throws: `CancellationError` if the waiting task is cancelled; the other tasks continue to wait.
  public func awaited() async throws(CancellationError) -> Value {
    let number = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    let value = await withTaskCancellationHandler {
      await withCheckedContinuation { wait($0, number) }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(returning: nil)
    }
    guard let value else { throw CancellationError() }
    return value
  }

  /// Waits for the value, and resolves the promise if the waiting task is cancelled first: for a result that is of use
  /// to this task alone.
  ///
  /// - Parameter cancelled: The value to resolve with then.
  public func value(orIfCancelled cancelled: Value) async -> Value {
    do throws(CancellationError) {
      return try await awaited()
    } catch {
      resolve(cancelled)
      return value ?? cancelled
    }
  }

  private func wait(_ waiter: Waiter, _ number: Int) {
    let (isOver, value): (Bool, Value?) = state.withLock { state in
      // A task that is cancelled after this check finds its waiter in the dictionary.
      if state.value != nil || Task.isCancelled { return (true, state.value) }
      state.waiters[number] = waiter
      return (false, nil)
    }
    if isOver { waiter.resume(returning: value) }
  }
}

extension Task where Failure == Never {
  /// The task's value, or `cancelled` if the waiting task is cancelled first. This task continues in either case.
  public func value(orIfCancelled cancelled: Success) async -> Success {
    let promise = Promise<Success>()
    let relay = Task<Void, Never> { promise.resolve(await value) }
    defer { relay.cancel() }
    return await promise.value(orIfCancelled: cancelled)
  }
}
