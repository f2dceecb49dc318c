import Glibc
import Support
import Synchronization
import Testing

@testable import Acceleration

@Suite(.timeLimit(.minutes(5))) struct `A lane` {
  private let lane = Lane(device: "NPU")

  @Test func `jobs run in order on one thread`() async throws {
    let numbers = Log<Int>()
    var threads: Set<UInt> = []
    for number in 0..<100 {
      threads.insert(
        try await lane.run {
          numbers.append(number)
          return UInt(pthread_self())
        })
    }
    #expect(numbers.all == Array(0..<100))
    #expect(threads.count == 1)
  }

  @Test func `what follows on something goes before what begins`() async throws {
    let (running, release) = (Gate(), Gate())
    let order = Log<String>()
    async let first: Void = lane.run {
      running.open()
      release.block()
    }
    try await running.opened()
    async let second: Void = lane.run { order.append("begins") }
    try await eventually { lane.waiting == 1 }
    async let third: Void = lane.run(.following) { order.append("follows") }
    try await eventually { lane.waiting == 2 }
    release.open()
    _ = try await (first, second, third)
    #expect(order.all == ["follows", "begins"])
  }

  @Test func `what somebody waits for goes before what may be wanted, also when that changes`() async throws {
    let (running, release) = (Gate(), Gate())
    let order = Log<String>()
    async let first: Void = lane.run {
      running.open()
      release.block()
    }
    try await running.opened()
    let (maybe, soon) = (Urgency(isWanted: false), Urgency(isWanted: false))
    async let one: Void = lane.run(.following, urgency: maybe) { order.append("may be wanted") }
    try await eventually { lane.waiting == 1 }
    async let two: Void = lane.run(urgency: soon) { order.append("was wanted later") }
    try await eventually { lane.waiting == 2 }
    async let three: Void = lane.run { order.append("is wanted") }
    try await eventually { lane.waiting == 3 }
    soon.raise()
    release.open()
    _ = try await (first, one, two, three)
    #expect(order.all == ["was wanted later", "is wanted", "may be wanted"])
  }

  @Test func `a failure comes out as it is, and the thread goes on`() async throws {
    await #expect(throws: DeviceFault.notFinite(device: "NPU")) {
      try await lane.run { () throws(DeviceFault) in throw .notFinite(device: "NPU") }
    }
    #expect(try await lane.run { 1 } == 1)
  }

  @Test func `who is cancelled while a job runs does not wait for its end`() async throws {
    let (running, release) = (Gate(), Gate())
    let task = Task { [lane] in
      try await lane.run {
        running.open()
        release.block()
      }
    }
    try await running.opened()
    task.cancel()
    await #expect(throws: DeviceFault.cancelled) { try await task.value }
    release.open()
    #expect(try await lane.run { true })
  }

  @Test func `a job that is cancelled before its turn never runs`() async throws {
    let (running, release) = (Gate(), Gate())
    let count = Atomic(0)
    async let first: Void = lane.run {
      running.open()
      release.block()
    }
    try await running.opened()
    let waiting = Task { [lane] in try await lane.run { _ = count.add(1, ordering: .relaxed) } }
    try await eventually { lane.waiting == 1 }
    waiting.cancel()
    await #expect(throws: DeviceFault.cancelled) { try await waiting.value }
    release.open()
    try await first
    try await lane.run {}
    #expect(count.load(ordering: .relaxed) == 0)
  }

  @Test func `who is cancelled already does not wait at all`() async throws {
    let count = Atomic(0)
    let task = Task { [lane] in
      withUnsafeCurrentTask { $0?.cancel() }
      try await lane.run { _ = count.add(1, ordering: .relaxed) }
    }
    await #expect(throws: DeviceFault.cancelled) { try await task.value }
    try await lane.run {}
    #expect(count.load(ordering: .relaxed) == 0)
  }

  @Test func `when it is abandoned nobody waits for a job that hangs`() async throws {
    let (running, release) = (Gate(), Gate())
    let hangs = Task { [lane] in
      try await lane.run {
        running.open()
        release.block()
      }
    }
    try await running.opened()
    let waits = Task { [lane] in try await lane.run {} }
    try await eventually { lane.waiting == 1 }
    lane.abandon(because: .late(device: "NPU", seconds: 10))
    await #expect(throws: DeviceFault.late(device: "NPU", seconds: 10)) { try await hangs.value }
    await #expect(throws: DeviceFault.late(device: "NPU", seconds: 10)) { try await waits.value }
    await #expect(throws: DeviceFault.late(device: "NPU", seconds: 10)) { try await lane.run {} }
    #expect(lane.isBusy)
    release.open()
    try await eventually { !lane.isBusy }
  }

  @Test func `a job past its limit is taken to hang`() async throws {
    let time = VirtualTime()
    let lane = Lane(device: "NPU", pause: time.pause)
    let release = Gate()
    let hangs = Task { try await lane.run(limit: .seconds(10)) { release.block() } }
    try await time.advance(by: .seconds(9), whenAsleep: 1)
    #expect(lane.isBusy)
    try await time.advance(by: .seconds(2))
    await #expect(throws: DeviceFault.late(device: "NPU", seconds: 10)) { try await hangs.value }
    release.open()
  }

  @Test func `many come and go, and their threads with them`() async throws {
    for _ in 0..<200 {
      let lane = Lane(device: "of many")
      try await lane.run {}
    }
    try await eventually { try threads(named: "lane of many") == 0 }
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
