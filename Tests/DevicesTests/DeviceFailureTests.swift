import Support
import Testing

@testable import Devices

private func bucket(_ seconds: Double) -> EncoderShape { .bucket(Bucket(frames: Int(seconds * 100))) }

@Suite(.timeLimit(.minutes(5))) struct `The failure of a device` {
  private let broken = DeviceError.failed(device: "NPU", why: "ZE_RESULT_ERROR_DEVICE_LOST")

  @Test func `an utterance on a device that fails is encoded by the processor at once`() async throws {
    let machine = try await EncoderMachine().started()
    #expect(try await machine.encode(3).device == "NPU")
    machine.npu.change { [broken] in $0.encodeFault = broken }
    let answer = try await machine.encode(3)
    #expect(answer.device == "CPU")
    #expect(answer.fallbackReason == "NPU: ZE_RESULT_ERROR_DEVICE_LOST")
    #expect(machine.report.state == .lost(why: broken.reason))
    #expect(machine.report.fallbacks == 1)
    #expect(machine.report.failures == 1)
    // The device is not used again.
    let runs = machine.npu.counts.runs.count
    #expect(try await machine.encode(3).fallbackReason == "NPU is lost: \(broken.reason)")
    #expect(machine.npu.counts.runs.count == runs)
    #expect(machine.events.count { $0 == .lost(device: "NPU", why: broken.reason) } == 1)
  }

  @Test func `utterances that wait for a device that fails move to the processor`() async throws {
    let machine = try await EncoderMachine().started()
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
    let machine = try await EncoderMachine().started()
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
        // The state `.failed` is that of a moment: a device that is lost has no encoders.
        case 1: machine.events.contains { if case .notLoaded = $0 { true } else { false } }
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
    let machine = try await EncoderMachine().started()
    machine.npu.change { $0.answersNaN = true }
    let answer = try await machine.encode(3)
    #expect(answer.device == "CPU")
    #expect(answer.fallbackReason == "NPU answered with NaN")
  }

  @Test func `an encoder that returns NaN when it is loaded is an error`() async throws {
    var script = ScriptedAccelerator.Script()
    script.answersNaN = true
    let machine = try EncoderMachine(script)
    await #expect(throws: DeviceError.notFinite(device: "NPU")) {
      try await machine.service.start(onFirstOnly: true)
    }
  }

  @Test func `a device that hangs is replaced after its time limit`() async throws {
    let machine = try await EncoderMachine().started()
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
    let machine = try await EncoderMachine().started()
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
    let machine = try EncoderMachine(script)
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
    let machine = try EncoderMachine(script)
    await #expect(throws: DeviceError.failed(device: "NPU", why: "the blob cannot be imported")) {
      try await machine.service.start(onFirstOnly: true)
    }
  }

  @Test func `a device that fails its self-test is not used`() async throws {
    var script = ScriptedAccelerator.Script()
    script.selfTestFault = .failed(device: "NPU", why: "wrong transcript")
    let machine = try EncoderMachine(script)
    try await machine.service.start(onFirstOnly: false)
    #expect(try await machine.encode(3).device == "CPU")
    #expect(machine.npu.counts.runs.isEmpty)
  }

  @Test func `an utterance fails on a lost device without a fallback, and the device comes back`()
    async throws
  {
    let machine = try await EncoderMachine(fallback: false).started()
    machine.npu.change { [broken] in $0.encodeFault = broken }
    await #expect(throws: broken) { try await machine.encode(3) }
    await #expect(throws: DeviceError.lost(device: "NPU", why: broken.reason)) { try await machine.encode(3) }
    machine.npu.change { $0.encodeFault = nil }
    try await machine.time.advance(by: .seconds(5), whenAsleep: 1)
    try await eventually { machine.report.state == .working }
    #expect(try await machine.encode(3).device == "NPU")
  }

  @Test func `the fallback device is unloaded when it is no longer needed`() async throws {
    let machine = try await EncoderMachine().started()
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
    let machine = try await EncoderMachine().started()
    for _ in 0..<3 { _ = try await machine.encode(3) }
    machine.npu.change { [broken] in $0.encodeFault = broken }
    _ = try await machine.encode(3)
    #expect(machine.report.inferences == 3)
    #expect(machine.service.devices[1].report.inferences == 1)
    #expect(machine.report.busySeconds >= 0)
  }
}
