import Support
import Testing

@testable import Devices

/// Networks that log whether their devices are listed.
private final class ListedNetworks: SpeechNetworks {
  let listings = Log<Bool>()

  func devices() -> [DeviceID] {
    listings.append(true)
    return [.cpu, .npu]
  }
  func checkProperties(of device: DeviceID) {}
  func accelerator(on device: DeviceID) -> any Accelerator {
    ScriptedAccelerator(device, time: VirtualTime())
  }
  func precision(on device: DeviceID) -> Precision? { .f32 }
  func decoder(on device: DeviceID) throws(DeviceError) -> any LoadedDecoder {
    throw .missing(device, available: [])
  }
}

@Suite struct `The devices of an engine` {
  @Test(
    arguments: [
      (.cpu, .cpu, false), (.cpu, .auto, false), (.auto, .cpu, true), (.npu, .cpu, true), (.cpu, .npu, true),
    ] as [(DeviceChoice, DeviceChoice, Bool)])
  func `devices are listed only if another than the processor can be used`(
    encoder: DeviceChoice, decoder: DeviceChoice, areListed: Bool
  ) throws {
    let networks = ListedNetworks()
    var settings = ComputeSettings(device: encoder)
    settings.decoderDevice = decoder
    _ = try Engine(networks, settings: settings, selfTest: { _, _ in }, onEvent: { _ in })
    #expect(networks.listings.all.isEmpty == !areListed)
  }
}
