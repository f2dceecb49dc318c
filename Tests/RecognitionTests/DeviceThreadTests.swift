import Glibc
import Synchronization
import Testing

@testable import Recognition

@Suite(.timeLimit(.minutes(1))) struct `The device thread` {
  @Test func `jobs run in order on one thread, which owns the state`() async throws {
    let device = DeviceThread<[Int]> { [] }
    var threads: Set<UInt> = []
    for number in 0..<100 {
      threads.insert(
        try await device.run { numbers, _ in
          numbers.append(number)
          return UInt(pthread_self())
        })
    }
    #expect(try await device.run { numbers, _ in numbers } == Array(0..<100))
    #expect(threads.count == 1)
  }

  @Test func `a failure comes out as it is, and the thread goes on`() async throws {
    let device = DeviceThread<Int> { 1 }
    await #expect(throws: RecognitionError.self) {
      try await device.run { _, _ throws(RecognitionError) in throw .notPrepared }
    }
    #expect(try await device.run { state, _ in state } == 1)
  }

  @Test func `who is cancelled while a job runs does not wait for its end`() async throws {
    let device = DeviceThread<Void> {}
    let (running, release) = (Gate(), Gate())
    let task = Task {
      try await device.run { _, isWanted in
        running.open()
        release.wait()
        return isWanted()
      }
    }
    try await running.opened()
    task.cancel()
    await #expect(throws: RecognitionError.self) { try await task.value }
    release.open()
    #expect(try await device.run { _, _ in true })
  }

  @Test func `a job that is cancelled before its turn never runs`() async throws {
    let device = DeviceThread<Int> { 0 }
    let (running, release) = (Gate(), Gate())
    async let first: Void = device.run { _, _ in
      running.open()
      release.wait()
    }
    try await running.opened()
    let waiting = Task { try await device.run { count, _ in count += 1 } }
    try await Task.sleep(for: .milliseconds(20))
    waiting.cancel()
    await #expect(throws: RecognitionError.self) { try await waiting.value }
    release.open()
    try await first
    #expect(try await device.run { count, _ in count } == 0)
  }

  @Test func `who is cancelled already does not wait at all`() async throws {
    let device = DeviceThread<Int> { 0 }
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await device.run { count, _ in count += 1 }
    }
    await #expect(throws: RecognitionError.self) { try await task.value }
    #expect(try await device.run { count, _ in count } == 0)
  }

  @Test func `many come and go, and their state goes with them`() async throws {
    let alive = Counter()
    for _ in 0..<200 {
      let device = DeviceThread<Guest> { Guest(alive) }
      try await device.run { _, _ in }
    }
    while alive.count > 0 { try await Task.sleep(for: .milliseconds(1)) }
  }
}

/// Lets a test stop a job where it wants.
private final class Gate: Sendable {
  private let isOpen = Atomic(false)

  func open() { isOpen.store(true, ordering: .releasing) }

  /// Blocks: for jobs on a device's thread only.
  func wait() {
    while !isOpen.load(ordering: .acquiring) { usleep(500) }
  }

  func opened() async throws {
    while !isOpen.load(ordering: .acquiring) { try await Task.sleep(for: .milliseconds(1)) }
  }
}

private final class Counter: Sendable {
  private let value = Atomic(0)

  var count: Int { value.load(ordering: .relaxed) }

  func add(_ number: Int) { value.add(number, ordering: .relaxed) }
}

private struct Guest: ~Copyable {
  private let counter: Counter

  init(_ counter: Counter) {
    self.counter = counter
    counter.add(1)
  }

  deinit { counter.add(-1) }
}
