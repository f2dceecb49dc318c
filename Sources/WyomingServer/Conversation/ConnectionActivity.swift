internal import Synchronization

/// What a connection is doing, for those who decide when it has lasted long enough: the watch over stalled clients
/// and the server's shutdown.
final class ConnectionActivity: Sendable {
  private struct State {
    var lastMove: ContinuousClock.Instant
    var isListening = false
    /// Utterances that wait for their transcripts.
    var answering = 0
    var writing = 0
    var isDraining = false
  }

  private let state: Mutex<State>
  private let limits: ServerLimits

  init(limits: ServerLimits) {
    self.limits = limits
    state = Mutex(State(lastMove: .now))
  }

  /// An event was handled.
  func moved(isListening: Bool) {
    state.withLock { state in
      state.lastMove = .now
      state.isListening = isListening
    }
  }

  func beginAnswer() {
    state.withLock { $0.answering += 1 }
  }

  func endAnswer() {
    state.withLock { state in
      state.lastMove = .now
      state.answering -= 1
    }
  }

  /// Runs `body`, which writes to the client; a client that does not read keeps it from ending.
  func writing<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    state.withLock { state in
      state.lastMove = .now
      state.writing += 1
    }
    defer {
      state.withLock { state in
        state.lastMove = .now
        state.writing -= 1
      }
    }
    return try await body()
  }

  /// The server is about to stop.
  ///
  /// - Returns: Whether the connection has nothing left to do.
  func drain() -> Bool {
    state.withLock { state in
      state.isDraining = true
      return !state.isListening && state.answering == 0
    }
  }

  /// Whether the server is about to stop and no utterance is open.
  var hasDrained: Bool {
    state.withLock { $0.isDraining && !$0.isListening }
  }

  /// Waits until the client has stalled.
  ///
  /// - Returns: The seconds for which nothing has moved.
  func stalled() async throws -> Double {
    while true {
      let (limit, last) = state.withLock { state in
        let isWaitedFor = state.isListening || state.writing > 0
        let limit = isWaitedFor ? limits.stallSeconds : limits.idleSeconds
        // While it waits for a transcript the client owes nothing.
        return (isWaitedFor || state.answering == 0 ? limit : .infinity, state.lastMove)
      }
      let passed = (ContinuousClock.now - last) / .seconds(1)
      if passed >= limit { return passed }
      // What the client is doing may change at any time, and with it the limit.
      try await Task.sleep(for: .seconds(min(1, max(0.01, limit - passed))))
    }
  }
}
