internal import Synchronization

/// A result that somebody waits for; it is given once, and what comes later is dropped.
final class Promise<Outcome: Sendable>: Sendable {
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

  /// Waits for the result, as long as nobody cancels the wait.
  func value(orIfCancelled cancelled: Outcome) async -> Outcome {
    await withTaskCancellationHandler {
      await withCheckedContinuation { wait($0) }
    } onCancel: {
      settle(cancelled)
    }
  }

  private func wait(_ continuation: CheckedContinuation<Outcome, Never>) {
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

extension Task where Failure == Never {
  /// The task's value; or this, when whoever waits is cancelled and the task goes on.
  package func value(orIfCancelled cancelled: Success) async -> Success {
    let answer = Promise<Success>()
    let relay = Task<Void, Never> { answer.settle(await value) }
    defer { relay.cancel() }
    return await answer.value(orIfCancelled: cancelled)
  }
}
