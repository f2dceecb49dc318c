import Concurrency
import Synchronization
import Testing

@Suite struct `A set of permits` {
  @Test func `permits are taken without waiting until none is free`() {
    let permits = Permits(2)
    #expect(permits.tryTake() == .taken)
    #expect(permits.tryTake() == .taken)
    #expect(permits.tryTake() == .refused(isFirst: true))
    permits.release()
    #expect(permits.tryTake() == .taken)
  }

  @Test func `the first refusal of a permit after each release is marked`() {
    let permits = Permits(1)
    #expect(permits.tryTake() == .taken)
    for _ in 0..<2 {
      #expect(permits.tryTake() == .refused(isFirst: true))
      #expect(permits.tryTake() == .refused(isFirst: false))
      permits.release()
      #expect(permits.tryTake() == .taken)
    }
  }

  @Test func `permits are never held by more tasks than there are permits`() async throws {
    let permits = Permits(3)
    let holders = Holders()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<100 {
        group.addTask {
          try await permits.take()
          #expect(holders.add(1) <= 3)
          await Task.yield()
          holders.add(-1)
          permits.release()
        }
      }
      try await group.waitForAll()
    }
    for _ in 0..<3 { #expect(permits.tryTake() == .taken) }
    #expect(permits.tryTake() == .refused(isFirst: true))
  }

  @Test func `a permit released before or after a wait begins ends the wait`() async throws {
    let permits = Permits(0)
    let waiting = Task { try await permits.take() }
    permits.release()
    try await waiting.value
    #expect(permits.tryTake() == .refused(isFirst: true))
  }

  @Test func `a permit stays free when the task that waits for it is cancelled`() async {
    let permits = Permits(1)
    #expect(permits.tryTake() == .taken)
    await #expect(throws: CancellationError.self) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await permits.take() }
        group.cancelAll()
        try await group.waitForAll()
      }
    }
    permits.release()
    #expect(permits.tryTake() == .taken)
    #expect(permits.tryTake() == .refused(isFirst: true))
  }

  @Test func `no permit is lost when releasing and cancelling race`() async {
    for _ in 0..<1_000 {
      let permits = Permits(0)
      let task = Task { try await permits.take() }
      async let released: Void = permits.release()
      task.cancel()
      await released
      let hasPermit = (try? await task.value) != nil
      #expect((permits.tryTake() == .taken) != hasPermit)
    }
  }
}

/// The number of tasks that hold a permit.
private final class Holders: Sendable {
  private let count = Mutex(0)

  @discardableResult func add(_ number: Int) -> Int {
    count.withLock { count in
      count += number
      return count
    }
  }
}
