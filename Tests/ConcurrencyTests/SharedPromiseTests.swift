import Concurrency
import Testing

@Suite struct `A shared promise` {
  @Test func `a settled shared promise resumes all waiting tasks, and later ones at once`() async throws {
    let promise = SharedPromise<Int>()
    #expect(promise.value == nil)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<100 { group.addTask { try await promise.awaited() } }
      group.addTask {
        promise.settle(7)
        return 7
      }
      for try await value in group { #expect(value == 7) }
    }
    #expect(promise.value == 7)
    #expect(try await promise.awaited() == 7)
  }

  @Test func `a shared promise that is settled twice keeps its first value`() async throws {
    let promise = SharedPromise<Int>()
    promise.settle(1)
    promise.settle(2)
    #expect(promise.value == 1)
    #expect(try await promise.awaited() == 1)
  }

  @Test func `a shared promise throws in a cancelled task, and other tasks continue to wait`() async throws {
    let promise = SharedPromise<Int>()
    let patient = Task { try await promise.awaited() }
    await #expect(throws: CancellationError.self) {
      try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask { try await promise.awaited() }
        group.cancelAll()
        _ = try await group.next()
      }
    }
    promise.settle(7)
    #expect(try await patient.value == 7)
  }

  @Test func `a shared promise resumes each task once when settling and cancelling race`() async throws {
    for _ in 0..<1_000 {
      let promise = SharedPromise<Int>()
      let task = Task { try await promise.awaited() }
      async let settled: Void = promise.settle(7)
      task.cancel()
      await settled
      if let value = try? await task.value { #expect(value == 7) }
    }
  }
}
