internal import Synchronization

/// The activity of a connection, by which stalled clients are found and a shutdown knows which connections can close.
public final class ConnectionActivity: Sendable {
  private struct State {
    var lastMove: ContinuousClock.Instant
    /// True while an utterance is open.
    var isListening = false
    /// The number of utterances that wait for their transcripts.
    var answering = 0
    /// The number of writes that the client has not taken.
    var writing = 0
    var isDraining = false
  }

  private let state: Mutex<State>
  private let stallSeconds: Double
  private let idleSeconds: Double

  /// Begins the activity of a new connection.
  ///
  /// - Parameters:
  ///   - stallSeconds: The time after which a client that is waited for has stalled.
  ///   - idleSeconds: The time after which a client that wants nothing has stalled.
  public init(stallSeconds: Double, idleSeconds: Double) {
    self.stallSeconds = stallSeconds
    self.idleSeconds = idleSeconds
    state = Mutex(State(lastMove: .now))
  }

  /// Notes that an event was handled.
  ///
  /// - Parameter isListening: True if an utterance is open.
  public func moved(isListening: Bool) {
    state.withLock { state in
      state.lastMove = .now
      state.isListening = isListening
    }
  }

  /// Notes that an utterance waits for its transcript.
  public func beginAnswer() {
    state.withLock { $0.answering += 1 }
  }

  /// Notes that an utterance has its answer.
  public func endAnswer() {
    state.withLock { state in
      state.lastMove = .now
      state.answering -= 1
    }
  }

  /// Runs `body`, which writes to the client and does not end while the client does not read.
  public func writing<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    beginWriting()
    defer { endWriting() }
    return try await body()
  }

  /// Notes that a write to the client has begun; see ``writing(_:)``.
  public func beginWriting() { changeWrites(by: 1) }

  /// Notes that the client has taken a write.
  public func endWriting() { changeWrites(by: -1) }

  private func changeWrites(by change: Int) {
    state.withLock { state in
      state.lastMove = .now
      state.writing += change
    }
  }

  /// Notes that the server shuts down.
  ///
  /// - Returns: True if the connection has nothing left to do.
  public func drain() -> Bool {
    state.withLock { state in
      state.isDraining = true
      return !state.isListening && state.answering == 0
    }
  }

  /// True if the server shuts down and no utterance is open.
  public var hasDrained: Bool {
    state.withLock { $0.isDraining && !$0.isListening }
  }

  /// Waits until the client has stalled.
  ///
  /// - Returns: The time without activity, in seconds.
  public func stalled() async throws -> Double {
    while true {
      let (limit, last) = state.withLock { state in
        let isWaitedFor = state.isListening || state.writing > 0
        let limit = isWaitedFor ? stallSeconds : idleSeconds
        // A client that waits for a transcript has no time limit.
        return (isWaitedFor || state.answering == 0 ? limit : .infinity, state.lastMove)
      }
      let passed = (ContinuousClock.now - last) / .seconds(1)
      if passed >= limit { return passed }
      // The activity can change at any time, and the limit with it.
      try await Task.sleep(for: .seconds(min(1, max(0.01, limit - passed))))
    }
  }
}
