import Support
import Testing

@testable import Devices

private func bucket(_ seconds: Double) -> EncoderShape { .bucket(Bucket(frames: Int(seconds * 100))) }

@Suite(.timeLimit(.minutes(5))) struct `Buckets of an accelerator` {
  @Test func `an utterance is encoded as soon as the smallest bucket is loaded`() async throws {
    var script = ScriptedAccelerator.Script()
    script.compileTime = .seconds(12)
    let machine = try EncoderMachine(eager: [20, 5], script)
    async let started = machine.started()
    try await eventually { machine.npu.counts.compiled == [bucket(5)] }
    try await machine.time.advance(by: .seconds(12))
    _ = try await started
    #expect(try await machine.encode(3).shape == bucket(5))
    try await eventually { machine.npu.counts.compiled == [bucket(5), bucket(20)] }
    #expect(machine.state(20) == .loading)
    try await machine.time.advance(by: .seconds(12))
    try await eventually { machine.isReady(20) }
    #expect(try await machine.encode(15).shape == bucket(20))
  }

  @Test func `an utterance runs in a larger bucket while its own compiles for twelve seconds`() async throws {
    let machine = try await EncoderMachine(eager: [5, 20], lazy: [10]).started()
    try await eventually { machine.isReady(20) }
    machine.npu.change { $0.compileTime = .seconds(12) }
    for _ in 0..<3 {
      let answer = try await machine.encode(8)
      #expect(answer.shape == bucket(20))
      #expect(answer.fallbackReason == "the bucket of 10 s is not loaded")
    }
    #expect(try await machine.encode(3).fallbackReason == nil)
    #expect(machine.npu.counts.compiled.last == bucket(10))
    try await machine.time.advance(by: .seconds(12))
    try await eventually { machine.isReady(10) }
    let answer = try await machine.encode(8)
    #expect(answer.shape == bucket(10))
    #expect(answer.fallbackReason == nil)
    #expect(machine.npu.counts.compiled == [bucket(5), bucket(20), bucket(10)])
  }

  @Test func `an utterance runs on the processor while the largest bucket compiles`() async throws {
    let machine = try await EncoderMachine(eager: [5], lazy: [30]).started()
    machine.npu.change { $0.compileTime = .seconds(12) }
    let answer = try await machine.encode(25)
    #expect(answer.device == "CPU")
    #expect(answer.fallbackReason == "NPU is loading")
    #expect(machine.report.fallbacks == 1)
    try await machine.time.advance(by: .seconds(12))
    try await eventually { machine.isReady(30) }
    #expect(try await machine.encode(25).device == "NPU")
  }

  @Test func `an utterance waits for its bucket if there is no fallback device`() async throws {
    let machine = try await EncoderMachine(eager: [5], lazy: [30], fallback: false).started()
    machine.npu.change { $0.compileTime = .seconds(12) }
    async let answer = machine.encode(25)
    try await eventually { machine.npu.counts.compiled.contains(bucket(30)) }
    try await machine.time.advance(by: .seconds(12))
    #expect(try await answer.shape == bucket(30))
  }

  @Test func `a cancelled utterance stops waiting for its bucket, which is loaded anyway`() async throws {
    let machine = try await EncoderMachine(eager: [5], lazy: [30], fallback: false).started()
    machine.npu.change { $0.compileTime = .seconds(12) }
    let waiting = Task { try await machine.encode(25) }
    try await eventually { machine.npu.counts.compiled.contains(bucket(30)) }
    waiting.cancel()
    await #expect(throws: DeviceError.cancelled) { try await waiting.value }
    try await machine.time.advance(by: .seconds(12))
    try await eventually { machine.isReady(30) }
  }

  @Test func `two lazy buckets under a budget for one take turns`() async throws {
    var script = ScriptedAccelerator.Script()
    script.bytes = 1_200
    let machine = try await EncoderMachine(
      eager: [5], lazy: [10, 20], limits: EncoderCacheLimits(bytes: 2_400), script
    ).started()
    for seconds in [8.0, 15, 8] {
      _ = try await machine.encode(seconds)
      try await eventually { machine.isReady(seconds == 15 ? 20 : 10) }
      #expect(machine.report.encoders.count { $0.state == .ready } == 2)
      #expect(machine.isReady(5))
    }
    #expect(machine.npu.counts.compiled == [bucket(5), bucket(10), bucket(20)])
    #expect(machine.npu.counts.imported == [bucket(10)], "reloaded from the cache")
    #expect(machine.report.evictions == 2)
    #expect(machine.report.loads == 4)
  }

  @Test func `an encoder that must be evicted while it runs is evicted after its run`() async throws {
    let machine = try await EncoderMachine(eager: [5], lazy: [10, 20], limits: EncoderCacheLimits(count: 2))
      .started()
    _ = try await machine.encode(8)
    try await eventually { machine.isReady(10) }
    let hang = Gate()
    machine.npu.change { $0.hang = hang }
    async let running = machine.encode(8)
    try await eventually { machine.npu.counts.runs.last == bucket(10) }
    _ = try await machine.encode(15)
    try await eventually { machine.isReady(20) }
    #expect(machine.isReady(10))
    #expect(machine.report.evictions == 0)
    hang.open()
    #expect(try await running.shape == bucket(10))
    try await eventually { machine.report.evictions == 1 }
    #expect(machine.state(10) == .unloaded)
  }

  @Test func `a cached network of another version is compiled again`() async throws {
    var script = ScriptedAccelerator.Script()
    script.cache = [bucket(5), bucket(20)]
    script.stale = [bucket(20)]
    let machine = try await EncoderMachine(eager: [5, 20], script).started()
    try await eventually { machine.isReady(20) }
    #expect(try await machine.encode(3).isFromCache)
    #expect(try await !machine.encode(15).isFromCache)
    #expect(machine.npu.counts.compiled == [bucket(20)])
    #expect(machine.npu.counts.imported == [bucket(5)])
  }

  @Test func `a bucket that cannot be loaded does not affect the others, and is retried later`() async throws
  {
    let machine = try await EncoderMachine(eager: [5], lazy: [30]).started()
    machine.npu.change { $0.loadFaults[bucket(30)] = .failed(device: "NPU", why: "out of memory") }
    #expect(try await machine.encode(25).device == "CPU")
    try await eventually { machine.state(30) == .failed }
    #expect(try await machine.encode(25).device == "CPU")
    #expect(try await machine.encode(3).device == "NPU")
    #expect(machine.npu.counts.compiled == [bucket(5), bucket(30)], "not at each utterance")
    machine.npu.change { $0.loadFaults = [:] }
    try await machine.time.advance(by: .seconds(5), whenAsleep: 1)
    try await eventually {
      _ = try await machine.encode(25)
      return machine.isReady(30)
    }
    #expect(try await machine.encode(25).device == "NPU")
  }

  @Test func `the scripted accelerator refuses dynamic shapes, as a real one does`() async throws {
    let time = VirtualTime()
    let npu = ScriptedAccelerator("NPU", time: time)
    let device = EncoderDevice(
      npu, shapes: .dynamic(limit: 6000), selfTest: npu.selfTest, onEvent: { _ in })
    await #expect(throws: DeviceError.self) { try await device.start() }
  }
}
