import Concurrency
import Support
import Synchronization
import Testing
import Transducer

@testable import Devices

/// Networks whose decoders do as a test says.
private final class ScriptedNetworks: SpeechNetworks {
  struct Script {
    var fault: DeviceError?
    var hang: Gate?
  }

  private let script = Mutex<[String: Script]>([:])
  let loads = Log<String>()
  let runs = Log<String>()

  func change(_ device: String, _ body: (inout Script) -> Void) {
    script.withLock { body(&$0[device, default: Script()]) }
  }

  func devices() -> [String] { ["CPU", "NPU"] }
  func checkProperties(of device: String) {}
  func accelerator(named device: String) -> any Accelerator {
    ScriptedAccelerator(device, time: VirtualTime())
  }
  func precision(on device: String) -> Precision? { .f32 }

  func decoder(on device: String) throws(DeviceError) -> any LoadedDecoder {
    loads.append(device)
    return ScriptedDecoder(device: device, networks: self)
  }

  fileprivate func run(on device: String) throws(DeviceError) -> Decoding {
    runs.append(device)
    let script = script.withLock { $0[device] ?? Script() }
    script.hang?.block()
    if let fault = script.fault { throw fault }
    var decoding = Decoding()
    decoding.steps = device == "NPU" ? 1 : 2
    return decoding
  }
}

private struct ScriptedDecoder: LoadedDecoder {
  let device: String
  let networks: ScriptedNetworks

  func decode(_ encoding: Encoding, allowing mask: TokenMask?) throws(DeviceError) -> Decoding {
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
      networks, on: ["NPU", "CPU"], timing: timing, thread: { _ in nil },
      onEvent: { [log] event in log.append(event) })
  }

  var events: [DeviceEvent] { log.all }

  /// Decodes, and returns the device that did.
  func decode() async throws -> String {
    let encoding = Encoding(values: [0], width: 1, count: 1)
    return try await service.decode(encoding).decoding.steps == 1 ? "NPU" : "CPU"
  }
}

@Suite(.timeLimit(.minutes(5))) struct `Devices of the decoder` {
  private let failure = DeviceError.failed(device: "NPU", why: "it was told to")

  @Test func `the decoder loads on the best device alone`() async throws {
    let machine = Machine()
    try await machine.service.start()
    #expect(try await machine.decode() == "NPU")
    #expect(machine.networks.loads.all == ["NPU"])
  }

  @Test func `a decoder that fails is lost, and the same utterance is decoded by the next device`()
    async throws
  {
    let machine = Machine()
    machine.networks.change("NPU") { $0.fault = failure }
    #expect(try await machine.decode() == "CPU")
    #expect(machine.events == [.lost(device: "the decoder on NPU", why: "\(failure)")])
    // It is not tried with each utterance.
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
        .lost(
          device: "the decoder on NPU", why: "\(DeviceError.late(device: "NPU", seconds: 10))")
      ])
    release.open()
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
