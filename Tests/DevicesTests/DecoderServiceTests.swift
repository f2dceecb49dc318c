import Concurrency
import Support
import Synchronization
import Testing
import Transducer

@testable import Devices

/// Networks whose decoders follow the script of a test.
private final class ScriptedNetworks: SpeechNetworks {
  struct Script {
    var fault: DeviceError?
    var hang: Gate?
    var selfTestFault: DeviceError?
    var confidence: Float = 1
  }

  private let script = Mutex<[DeviceID: Script]>([:])
  let loads = Log<DeviceID>()
  let runs = Log<DeviceID>()

  func change(_ device: DeviceID, _ body: (inout Script) -> Void) {
    script.withLock { body(&$0[device, default: Script()]) }
  }

  func devices() -> [DeviceID] { [.cpu, .npu] }
  func checkProperties(of device: DeviceID) {}
  func accelerator(on device: DeviceID) -> any Accelerator {
    ScriptedAccelerator(device, time: VirtualTime())
  }
  func precision(on device: DeviceID) -> Precision? { .f32 }

  func decoder(on device: DeviceID) throws(DeviceError) -> any LoadedDecoder {
    loads.append(device)
    return ScriptedDecoder(device: device, networks: self)
  }

  func selfTest(_ device: DeviceID) throws(DeviceError) {
    if let fault = script.withLock({ $0[device]?.selfTestFault }) { throw fault }
  }

  fileprivate func run(on device: DeviceID) throws(DeviceError) -> Decoding {
    runs.append(device)
    let script = script.withLock { $0[device] ?? Script() }
    script.hang?.block()
    if let fault = script.fault { throw fault }
    var decoding = Decoding()
    decoding.steps = device == .npu ? 1 : 2
    decoding.emissions = [Emission(token: 0, frame: 0, duration: 1, confidence: script.confidence)]
    return decoding
  }
}

private struct ScriptedDecoder: LoadedDecoder {
  let device: DeviceID
  let networks: ScriptedNetworks

  func decode(
    _ encoding: Encoding, preferring preferences: TokenPreferences
  ) throws(DeviceError) -> Decoding {
    try networks.run(on: device)
  }
}

/// A decoder on an NPU, with the processor as the last resort.
private struct Machine {
  let time = VirtualTime()
  let networks = ScriptedNetworks()
  let service: DecoderService
  private let log = Log<DeviceEvent>()

  init() {
    var timing = DeviceTiming(inferenceLimit: .seconds(10))
    timing.pause = time.pause
    service = DecoderService(
      networks, on: [.npu, .cpu], timing: timing, thread: { _ in nil },
      selfTest: { [networks] device throws(DeviceError) in try networks.selfTest(device) },
      onEvent: { [log] event in log.append(event) })
  }

  var events: [DeviceEvent] { log.all }

  /// Decodes an utterance, and returns the device that decoded it.
  func decode() async throws -> DeviceID {
    let encoding = Encoding(values: [0], width: 1, count: 1)
    return try await service.decode(encoding).decoding.steps == 1 ? .npu : .cpu
  }
}

@Suite(.timeLimit(.minutes(5))) struct `Devices of the decoder` {
  private let failure = DeviceError.failed(device: "NPU", why: "scripted failure")

  @Test func `the decoder loads on the best device only`() async throws {
    let machine = Machine()
    try await machine.service.start()
    #expect(try await machine.decode() == "NPU")
    #expect(machine.networks.loads.all == ["NPU"])
  }

  @Test func `a decoder that fails is lost, and the next device decodes the same utterance`()
    async throws
  {
    let machine = Machine()
    machine.networks.change("NPU") { $0.fault = failure }
    #expect(try await machine.decode() == "CPU")
    #expect(machine.events == [.lost(device: "the decoder on NPU", why: "scripted failure")])
    // The device is not retried for each utterance.
    #expect(try await machine.decode() == "CPU")
    #expect(machine.networks.runs.all == ["NPU", "CPU", "CPU"])
  }

  @Test func `a lost decoder is retried after a pause, and comes back`() async throws {
    let machine = Machine()
    machine.networks.change("NPU") { $0.fault = failure }
    #expect(try await machine.decode() == "CPU")
    machine.networks.change("NPU") { $0.fault = nil }
    try await machine.time.advance(by: .seconds(5), whenAsleep: 1)
    try await eventually { machine.events.last == .back(device: "the decoder on NPU") }
    #expect(try await machine.decode() == "NPU")
  }

  @Test func `a decoder that hangs is lost at its time limit`() async throws {
    let machine = Machine()
    let release = Gate()
    try await machine.service.start()
    machine.networks.change("NPU") { $0.hang = release }
    async let device = machine.decode()
    try await machine.time.advance(by: .seconds(10), whenAsleep: 1)
    #expect(try await device == "CPU")
    #expect(
      machine.events == [
        .lost(device: "the decoder on NPU", why: "it has not answered within 10.0 s")
      ])
    release.open()
  }

  @Test func `a decoder that fails its self-test is not used, and is used when it passes`() async throws {
    let machine = Machine()
    machine.networks.change("NPU") { $0.selfTestFault = failure }
    try await machine.service.start()
    #expect(machine.events == [.unusable(device: "the decoder on NPU", why: "scripted failure")])
    #expect(try await machine.decode() == "CPU")
    machine.networks.change("NPU") { $0.selfTestFault = nil }
    try await machine.time.advance(by: .seconds(5), whenAsleep: 1)
    try await eventually { machine.events.last == .back(device: "the decoder on NPU") }
    #expect(try await machine.decode() == "NPU")
  }

  @Test func `a decoder whose confidence is no number is lost`() async throws {
    let machine = Machine()
    try await machine.service.start()
    machine.networks.change("NPU") { $0.confidence = .nan }
    #expect(try await machine.decode() == "CPU")
    #expect(machine.events == [.lost(device: "the decoder on NPU", why: "it answered with NaN")])
  }

  @Test func `the last device is not lost when it fails`() async throws {
    let machine = Machine()
    machine.networks.change("NPU") { $0.fault = failure }
    machine.networks.change("CPU") { $0.fault = .failed(device: "CPU", why: "once") }
    await #expect(throws: DeviceError.failed(device: "CPU", why: "once")) { try await machine.decode() }
    machine.networks.change("CPU") { $0.fault = nil }
    #expect(try await machine.decode() == "CPU")
  }
}
