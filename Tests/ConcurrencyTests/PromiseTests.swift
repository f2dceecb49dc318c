import Concurrency
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A promise` {
  @Test func `a promise resolved before anyone waits returns its value at once`() async {
    let promise = Promise<Int>()
    #expect(promise.isOpen)
    promise.resolve(1)
    promise.resolve(2)
    #expect(!promise.isOpen)
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
    #expect(!promise.isOpen)
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
