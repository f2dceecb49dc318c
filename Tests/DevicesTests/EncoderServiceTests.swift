import SpeechFeatures
import Support
import Testing

@testable import Devices

/// A scripted NPU and processor, and their events.
private struct Machine {
  let time = VirtualTime()
  let npu: ScriptedAccelerator
  let cpu: ScriptedAccelerator
  let service: EncoderService
  private let log = Log<DeviceEvent>()

  /// - Parameter fallback: True if the processor is the fallback of the NPU.
  init(
    eager: [Double] = [5], lazy: [Double] = [], limits: EncoderCacheLimits = EncoderCacheLimits(),
    fallback: Bool = true,
    _ script: ScriptedAccelerator.Script = ScriptedAccelerator.Script()
  ) throws {
    npu = ScriptedAccelerator("NPU", time: time, script)
    cpu = .processor(time)
    let shapes = try EncoderShapes(
      eager: eager.map(Bucket.init(seconds:)), lazy: lazy.map(Bucket.init(seconds:)))
    var timing = DeviceTiming()
    timing.pause = time.pause
    var processorTiming = timing
    processorTiming.inferenceLimit = nil
    processorTiming.loadLimit = nil
    let onEvent: @Sendable (DeviceEvent) -> Void = { [log] event in log.append(event) }
    let first = EncoderDevice(
      npu, shapes: shapes, limits: limits, timing: timing, selfTest: npu.selfTest, onEvent: onEvent)
    let second = EncoderDevice(
      cpu, shapes: .dynamic(limit: 6000), timing: processorTiming, selfTest: nil, onEvent: onEvent)
    service = EncoderService(fallback ? [first, second] : [first])
  }

  func started() async throws -> Machine {
    try await service.start(onFirstOnly: true)
    return self
  }

  /// Encodes an utterance of a duration in seconds.
  func encode(_ seconds: Double) async throws -> EncoderOutput {
    let count = Int((seconds * 100).rounded())
    let answer = try await service.encode(frames, 0..<count)
    #expect(answer.encoding.values == [Float(count)])
    return answer
  }

  var report: DeviceReport { service.devices[0].report }

  func isReady(_ seconds: Double) -> Bool { state(seconds) == .ready }

  func state(_ seconds: Double) -> DeviceReport.Encoder.State? {
    report.encoders.first { $0.shape.bucket?.seconds == seconds }?.state
  }

  var events: [DeviceEvent] { log.all }
}

/// A minute of silence; only the number of frames matters.
private let frames: LogMelFrames = {
  var extractor = LogMelExtractor(bandCount: 1)
  extractor.append([Float](repeating: 0, count: 60 * 16_000).span)
  return extractor.finished()
}()

private func bucket(_ seconds: Double) -> EncoderShape { .bucket(Bucket(frames: Int(seconds * 100))) }

@Suite(.timeLimit(.minutes(5))) struct `Buckets of an accelerator` {
  @Test func `an utterance is encoded as soon as the smallest bucket is loaded`() async throws {
    var script = ScriptedAccelerator.Script()
    script.compileTime = .seconds(12)
    let machine = try Machine(eager: [20, 5], script)
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
    let machine = try await Machine(eager: [5, 20], lazy: [10]).started()
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
    let machine = try await Machine(eager: [5], lazy: [30]).started()
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
    let machine = try await Machine(eager: [5], lazy: [30], fallback: false).started()
    machine.npu.change { $0.compileTime = .seconds(12) }
    async let answer = machine.encode(25)
    try await eventually { machine.npu.counts.compiled.contains(bucket(30)) }
    try await machine.time.advance(by: .seconds(12))
    #expect(try await answer.shape == bucket(30))
  }

  @Test func `a cancelled utterance stops waiting for its bucket, which is loaded anyway`() async throws {
    let machine = try await Machine(eager: [5], lazy: [30], fallback: false).started()
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
    let machine = try await Machine(
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
    let machine = try await Machine(eager: [5], lazy: [10, 20], limits: EncoderCacheLimits(count: 2))
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
    let machine = try await Machine(eager: [5, 20], script).started()
    try await eventually { machine.isReady(20) }
    #expect(try await machine.encode(3).isFromCache)
    #expect(try await !machine.encode(15).isFromCache)
    #expect(machine.npu.counts.compiled == [bucket(20)])
    #expect(machine.npu.counts.imported == [bucket(5)])
  }

  @Test func `a bucket that cannot be loaded does not affect the others, and is retried later`() async throws
  {
    let machine = try await Machine(eager: [5], lazy: [30]).started()
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

@Suite(.timeLimit(.minutes(5))) struct `The failure of a device` {
  private let broken = DeviceError.failed(device: "NPU", why: "ZE_RESULT_ERROR_DEVICE_LOST")

  @Test func `an utterance on a device that fails is encoded by the processor at once`() async throws {
    let machine = try await Machine().started()
    #expect(try await machine.encode(3).device == "NPU")
    machine.npu.change { [broken] in $0.encodeFault = broken }
    let answer = try await machine.encode(3)
    #expect(answer.device == "CPU")
    #expect(answer.fallbackReason == "NPU: ZE_RESULT_ERROR_DEVICE_LOST")
    #expect(machine.report.state == .lost(why: "\(broken)"))
    #expect(machine.report.fallbacks == 1)
    #expect(machine.report.failures == 1)
    // The device is not used again.
    let runs = machine.npu.counts.runs.count
    #expect(try await machine.encode(3).fallbackReason == "NPU is lost: \(broken)")
    #expect(machine.npu.counts.runs.count == runs)
    #expect(machine.events.count { $0 == .lost(device: "NPU", why: "\(broken)") } == 1)
  }

  @Test func `utterances that wait for a device that fails move to the processor`() async throws {
    let machine = try await Machine().started()
    let hang = Gate()
    machine.npu.change { script in
      script.hang = hang
      script.encodeFault = broken
    }
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<5 { group.addTask { try await machine.encode(3).device } }
      try await eventually { machine.npu.counts.runs.count == 1 }
      hang.open()
      for try await device in group { #expect(device == "CPU") }
    }
  }

  @Test func `a lost device comes back after its third retry, with a self-test`() async throws {
    let machine = try await Machine().started()
    #expect(machine.npu.counts.selfTests == 1)
    machine.npu.change { [broken] in $0.encodeFault = broken }
    _ = try await machine.encode(3)
    // First it cannot load, then its transcript is wrong, then it works.
    for (pause, attempt) in [(5, 1), (10, 2), (20, 3)] {
      if attempt == 2 {
        machine.npu.change { script in
          script.encodeFault = nil
          script.selfTestFault = .failed(device: "NPU", why: "wrong transcript")
        }
      }
      if attempt == 3 { machine.npu.change { $0.selfTestFault = nil } }
      let before = machine.time.now
      try await eventually {
        try await machine.time.advance(by: .seconds(1))
        return switch attempt {
        case 1: machine.state(5) == .failed
        case 2: machine.npu.counts.selfTests == 2
        default: machine.report.state == .working
        }
      }
      #expect(machine.time.now - before >= .seconds(pause))
      if attempt < 3 { #expect(try await machine.encode(3).device == "CPU") }
    }
    #expect(try await machine.encode(3).device == "NPU")
    #expect(machine.events.count { $0 == .back(device: "NPU") } == 1)
    #expect(machine.npu.counts.selfTests == 3)
  }

  @Test func `an encoder that returns NaN is replaced by the processor`() async throws {
    let machine = try await Machine().started()
    machine.npu.change { $0.answersNaN = true }
    let answer = try await machine.encode(3)
    #expect(answer.device == "CPU")
    #expect(answer.fallbackReason == "NPU answered with NaN")
  }

  @Test func `an encoder that returns NaN when it is loaded is an error`() async throws {
    var script = ScriptedAccelerator.Script()
    script.answersNaN = true
    let machine = try Machine(script)
    await #expect(throws: DeviceError.notFinite(device: "NPU")) {
      try await machine.service.start(onFirstOnly: true)
    }
  }

  @Test func `a device that hangs is replaced after its time limit`() async throws {
    let machine = try await Machine().started()
    let hang = Gate()
    machine.npu.change { $0.hang = hang }
    async let answer = machine.encode(3)
    try await eventually { machine.npu.counts.runs.count == 1 }
    try await machine.time.advance(by: .seconds(10), whenAsleep: 1)
    #expect(try await answer.device == "CPU")
    #expect(try await answer.fallbackReason == "NPU has not answered within 10.0 s")
    machine.npu.change { $0.hang = nil }
    try await machine.time.advance(by: .seconds(5), whenAsleep: 1)
    try await eventually { machine.report.state == .working }
    #expect(try await machine.encode(3).device == "NPU")
    hang.open()
  }

  @Test func `a device that hangs repeatedly does not use up all threads`() async throws {
    let machine = try await Machine().started()
    let hang = Gate()
    var expected = 0
    for attempt in 1...3 {
      machine.npu.change { $0.hang = hang }
      async let answer = machine.encode(3)
      expected += 1
      try await eventually { machine.npu.counts.runs.count == expected }
      try await machine.time.advance(by: .seconds(10), whenAsleep: 1)
      #expect(try await answer.device == "CPU")
      guard attempt < 3 else { break }
      try await machine.time.advance(by: .seconds(5), whenAsleep: 1)
      try await eventually { machine.report.state == .working }
    }
    let compiled = machine.npu.counts.compiled.count + machine.npu.counts.imported.count
    for pause in [5, 10, 20, 40] {
      try await machine.time.advance(by: .seconds(pause), whenAsleep: 1)
    }
    try await eventually { machine.time.sleepers == 1 }
    #expect(machine.npu.counts.compiled.count + machine.npu.counts.imported.count == compiled)
    // The device is retried once the calls return from the driver.
    machine.npu.change { $0.hang = nil }
    hang.open()
    try await eventually {
      try await machine.time.advance(by: .seconds(600))
      return machine.report.state == .working
    }
  }

  @Test func `a device lost while it compiles at start is replaced by the processor`() async throws {
    var script = ScriptedAccelerator.Script()
    script.loadFaults[bucket(5)] = broken
    let machine = try Machine(script)
    try await machine.service.start(onFirstOnly: false)
    #expect(try await machine.encode(3).device == "CPU")
    machine.npu.change { $0.loadFaults = [:] }
    try await machine.time.advance(by: .seconds(5), whenAsleep: 1)
    try await eventually { machine.report.state == .working }
    #expect(try await machine.encode(3).device == "NPU")
  }

  @Test func `a device chosen by name must work at start`() async throws {
    var script = ScriptedAccelerator.Script()
    script.cache = [bucket(5)]
    script.loadFaults[bucket(5)] = .failed(device: "NPU", why: "the blob cannot be imported")
    let machine = try Machine(script)
    await #expect(throws: DeviceError.failed(device: "NPU", why: "the blob cannot be imported")) {
      try await machine.service.start(onFirstOnly: true)
    }
  }

  @Test func `a device that fails its self-test is not used`() async throws {
    var script = ScriptedAccelerator.Script()
    script.selfTestFault = .failed(device: "NPU", why: "wrong transcript")
    let machine = try Machine(script)
    try await machine.service.start(onFirstOnly: false)
    #expect(try await machine.encode(3).device == "CPU")
    #expect(machine.npu.counts.runs.isEmpty)
  }

  @Test func `an utterance fails on a lost device without a fallback, and the device comes back`()
    async throws
  {
    let machine = try await Machine(fallback: false).started()
    machine.npu.change { [broken] in $0.encodeFault = broken }
    await #expect(throws: broken) { try await machine.encode(3) }
    await #expect(throws: DeviceError.lost(device: "NPU", why: "\(broken)")) { try await machine.encode(3) }
    machine.npu.change { $0.encodeFault = nil }
    try await machine.time.advance(by: .seconds(5), whenAsleep: 1)
    try await eventually { machine.report.state == .working }
    #expect(try await machine.encode(3).device == "NPU")
  }

  @Test func `the fallback device is unloaded when it is no longer needed`() async throws {
    let machine = try await Machine().started()
    machine.npu.change { [broken] in $0.encodeFault = broken }
    _ = try await machine.encode(3)
    machine.npu.change { $0.encodeFault = nil }
    try await machine.time.advance(by: .seconds(5), whenAsleep: 1)
    try await eventually { machine.report.state == .working }
    #expect(machine.service.devices[1].report.state == .working)
    for _ in 0..<EncoderService.answersUntilRest { #expect(try await machine.encode(3).device == "NPU") }
    #expect(machine.service.devices[1].report.state == .idle)
    // It is loaded again when it is needed.
    machine.npu.change { [broken] in $0.encodeFault = broken }
    #expect(try await machine.encode(3).device == "CPU")
  }

  @Test func `inferences and busy time are counted for the device that ran them`() async throws {
    let machine = try await Machine().started()
    for _ in 0..<3 { _ = try await machine.encode(3) }
    machine.npu.change { [broken] in $0.encodeFault = broken }
    _ = try await machine.encode(3)
    #expect(machine.report.inferences == 3)
    #expect(machine.service.devices[1].report.inferences == 1)
    #expect(machine.report.busySeconds >= 0)
  }
}
