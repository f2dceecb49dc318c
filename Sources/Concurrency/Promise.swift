internal import Synchronization

/// A result that one task waits for. The first value wins; later ones are dropped.
public final class Promise<Value: Sendable>: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Value, Never>)
    /// Resolved before anyone waited.
    case resolved(Value)
    case done
  }

  private let state = Mutex(State.open)

  /// Creates a promise without a value.
  public init() {}

  /// True until there is a value.
  public var isOpen: Bool {
    state.withLock { state in
      switch state {
      case .open, .awaited: true
      case .resolved, .done: false
      }
    }
  }

  /// Waits for the value. Call it only once.
  ///
  /// - Parameter cancelled: The value to resolve with if the waiting task is cancelled first.
  public func value(orIfCancelled cancelled: Value) async -> Value {
    await withTaskCancellationHandler {
      await withCheckedContinuation { wait($0) }
    } onCancel: {
      resolve(cancelled)
    }
  }

  private func wait(_ continuation: CheckedContinuation<Value, Never>) {
    let resolved: Value? = state.withLock { state in
      if case .resolved(let value) = state {
        state = .done
        return value
      }
      state = .awaited(continuation)
      return nil
    }
    if let resolved { continuation.resume(returning: resolved) }
  }

  /// Sets the value if the promise has none.
  public func resolve(_ value: Value) {
    let waiting: CheckedContinuation<Value, Never>? = state.withLock { state in
      switch state {
      case .open:
        state = .resolved(value)
        return nil
      case .awaited(let continuation):
        state = .done
        return continuation
      case .resolved, .done:
        return nil
      }
    }
    waiting?.resume(returning: value)
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
