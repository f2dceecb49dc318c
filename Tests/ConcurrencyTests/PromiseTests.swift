import Concurrency
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A promise` {
  @Test func `a promise resolved before anyone waits returns its value at once`() async {
    let promise = Promise<Int>()
    #expect(promise.value == nil)
    promise.resolve(1)
    promise.resolve(2)
    #expect(promise.value != nil)
    #expect(await promise.value(orIfCancelled: 0) == 1)
  }

  @Test func `a promise resolved while a task waits wakes it`() async {
    let promise = Promise<Int>()
    async let value = promise.value(orIfCancelled: 0)
    promise.resolve(1)
    #expect(await value == 1)
  }

  @Test func `a cancelled task gets the value for cancellation from a promise`() async {
    let promise = Promise<Int>()
    let task = Task { await promise.value(orIfCancelled: -1) }
    task.cancel()
    #expect(await task.value == -1)
    #expect(promise.value != nil)
  }

  @Test func `a cancelled wait for a task's value leaves the task running`() async {
    let promise = Promise<Int>()
    let work = Task { await promise.value(orIfCancelled: 0) }
    let wait = Task { await work.value(orIfCancelled: -1) }
    wait.cancel()
    #expect(await wait.value == -1)
    promise.resolve(7)
    #expect(await work.value == 7)
  }
}

@Suite struct `A promise with several waiting tasks` {
  @Test func `a resolved promise resumes all waiting tasks, and later ones at once`() async throws {
    let promise = Promise<Int>()
    #expect(promise.value == nil)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<100 { group.addTask { try await promise.awaited() } }
      group.addTask {
        promise.resolve(7)
        return 7
      }
      for try await value in group { #expect(value == 7) }
    }
    #expect(promise.value == 7)
    #expect(try await promise.awaited() == 7)
  }

  @Test func `a promise that is resolved twice keeps its first value`() async throws {
    let promise = Promise<Int>()
    promise.resolve(1)
    promise.resolve(2)
    #expect(promise.value == 1)
    #expect(try await promise.awaited() == 1)
  }

  @Test func `a promise throws in a cancelled task, and other tasks continue to wait`() async throws {
    let promise = Promise<Int>()
    let patient = Task { try await promise.awaited() }
    await #expect(throws: CancellationError.self) {
      try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask { try await promise.awaited() }
        group.cancelAll()
        _ = try await group.next()
      }
    }
    promise.resolve(7)
    #expect(try await patient.value == 7)
  }

  @Test func `a promise resumes each task once when resolving and cancelling race`() async throws {
    for _ in 0..<1_000 {
      let promise = Promise<Int>()
      let task = Task { try await promise.awaited() }
      async let resolved: Void = promise.resolve(7)
      task.cancel()
      await resolved
      if let value = try? await task.value { #expect(value == 7) }
    }
  }
}
