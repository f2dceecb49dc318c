import Concurrency
import Glibc
import Support
import Synchronization
import Testing

@testable import Devices

@Suite(.timeLimit(.minutes(5))) struct `The thread of a device` {
  private let thread = DeviceThread(device: "NPU")

  @Test func `jobs of a device run in order on one thread`() async throws {
    let numbers = Log<Int>()
    var threads: Set<UInt> = []
    for number in 0..<100 {
      threads.insert(
        try await thread.run {
          numbers.append(number)
          return UInt(pthread_self())
        })
    }
    #expect(numbers.all == Array(0..<100))
    #expect(threads.count == 1)
  }

  @Test func `a job that continues work runs before a job that begins work`() async throws {
    let (running, release) = (Gate(), Gate())
    let order = Log<String>()
    async let first: Void = thread.run {
      running.open()
      release.block()
    }
    try await running.opened()
    async let second: Void = thread.run { order.append("begins") }
    try await eventually { thread.waitingCount == 1 }
    async let third: Void = thread.run(.following) { order.append("follows") }
    try await eventually { thread.waitingCount == 2 }
    release.open()
    _ = try await (first, second, third)
    #expect(order.all == ["follows", "begins"])
  }

  @Test func `urgent jobs run before others, also when they become urgent in the queue`() async throws {
    let (running, release) = (Gate(), Gate())
    let order = Log<String>()
    async let first: Void = thread.run {
      running.open()
      release.block()
    }
    try await running.opened()
    let (idle, raised) = (WorkPriority(.early), WorkPriority(.early))
    async let one: Void = thread.run(.following, priority: idle) { order.append("not urgent") }
    try await eventually { thread.waitingCount == 1 }
    async let two: Void = thread.run(priority: raised) { order.append("urgent later") }
    try await eventually { thread.waitingCount == 2 }
    async let three: Void = thread.run { order.append("urgent") }
    try await eventually { thread.waitingCount == 3 }
    raised.raise()
    release.open()
    _ = try await (first, one, two, three)
    #expect(order.all == ["urgent later", "urgent", "not urgent"])
  }

  @Test func `an error of a job is thrown unchanged, and the thread continues`() async throws {
    await #expect(throws: DeviceError.notFinite(device: "NPU")) {
      try await thread.run { () throws(DeviceError) in throw .notFinite(device: "NPU") }
    }
    #expect(try await thread.run { 1 } == 1)
  }

  @Test func `a task that is cancelled while its job runs does not wait for the job`() async throws {
    let (running, release) = (Gate(), Gate())
    let task = Task { [thread] in
      try await thread.run {
        running.open()
        release.block()
      }
    }
    try await running.opened()
    task.cancel()
    await #expect(throws: DeviceError.cancelled) { try await task.value }
    release.open()
    #expect(try await thread.run { true })
  }

  @Test func `a job that is cancelled before its turn never runs`() async throws {
    let (running, release) = (Gate(), Gate())
    let count = Atomic(0)
    async let first: Void = thread.run {
      running.open()
      release.block()
    }
    try await running.opened()
    let waiting = Task { [thread] in try await thread.run { _ = count.add(1, ordering: .relaxed) } }
    try await eventually { thread.waitingCount == 1 }
    waiting.cancel()
    await #expect(throws: DeviceError.cancelled) { try await waiting.value }
    release.open()
    try await first
    try await thread.run {}
    #expect(count.load(ordering: .relaxed) == 0)
  }

  @Test func `a task that is already cancelled does not wait for a thread`() async throws {
    let count = Atomic(0)
    let task = Task { [thread] in
      withUnsafeCurrentTask { $0?.cancel() }
      try await thread.run { _ = count.add(1, ordering: .relaxed) }
    }
    await #expect(throws: DeviceError.cancelled) { try await task.value }
    try await thread.run {}
    #expect(count.load(ordering: .relaxed) == 0)
  }

  @Test func `no task waits for a job that hangs on an abandoned thread`() async throws {
    let (running, release) = (Gate(), Gate())
    let hangs = Task { [thread] in
      try await thread.run {
        running.open()
        release.block()
      }
    }
    try await running.opened()
    let waits = Task { [thread] in try await thread.run {} }
    try await eventually { thread.waitingCount == 1 }
    thread.abandon(because: .late(device: "NPU", seconds: 10))
    await #expect(throws: DeviceError.late(device: "NPU", seconds: 10)) { try await hangs.value }
    await #expect(throws: DeviceError.late(device: "NPU", seconds: 10)) { try await waits.value }
    await #expect(throws: DeviceError.late(device: "NPU", seconds: 10)) { try await thread.run {} }
    #expect(thread.isBusy)
    release.open()
    try await eventually { !thread.isBusy }
  }

  @Test func `a job that exceeds its time limit fails`() async throws {
    let time = VirtualTime()
    let thread = DeviceThread(device: "NPU", pause: time.pause)
    let release = Gate()
    let hangs = Task { try await thread.run(limit: .seconds(10)) { release.block() } }
    try await time.advance(by: .seconds(9), whenAsleep: 1)
    #expect(thread.isBusy)
    try await time.advance(by: .seconds(2))
    await #expect(throws: DeviceError.late(device: "NPU", seconds: 10)) { try await hangs.value }
    release.open()
  }

  @Test func `threads of many short-lived devices end with them`() async throws {
    for _ in 0..<200 {
      let thread = DeviceThread(device: "of many")
      try await thread.run {}
    }
    try await eventually { try threads(named: "device of many") == 0 }
  }

  private func threads(named name: String) throws -> Int {
    let directory = try #require(opendir("/proc/self/task"))
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
      let id = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let file = fopen("/proc/self/task/\(id)/comm", "r") else { continue }
      defer { fclose(file) }
      var line = [UInt8](repeating: 0, count: 32)
      let length = fread(&line, 1, line.count, file)
      if String(decoding: line.prefix(max(0, length - 1)), as: UTF8.self) == name { count += 1 }
    }
    return count
  }
}
